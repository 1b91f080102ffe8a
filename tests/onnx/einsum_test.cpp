// Einstein sums against sums that are written out.
#include <map>

#include "onnx/close_to.h"
#include "onnx/model_writer.h"

namespace tenon::onnx_models {

namespace {
struct Sum {
  std::string equation;
  std::string result;              // the letters of the result, where the equation implies them
  std::vector<std::string> terms;  // with an ellipsis written out in capital letters
  std::vector<Shape> shapes;
};

// Over all values of all letters, the product of the elements that they name.
class WrittenOut {
 public:
  explicit WrittenOut(const Sum& sum) : sum_(sum) {
    for (std::size_t i = 0; i < sum.terms.size(); ++i) {
      inputs_.push_back(waves(sum.shapes[i], 0.4 + 0.3 * static_cast<double>(i)));
      for (std::size_t axis = 0; axis < sum.terms[i].size(); ++axis)
        size_[sum.terms[i][axis]] = std::max(size_[sum.terms[i][axis]], sum.shapes[i][axis]);
    }
  }

  const std::vector<Tensor>& inputs() const { return inputs_; }

  Tensor result() {
    Shape shape;
    for (const char letter : sum_.result) shape.push_back(size_[letter]);
    result_ = Tensor::zeros(DType::f32, shape);
    add(size_.begin());
    return result_;
  }

 private:
  using Sizes = std::map<char, std::int64_t>;

  std::int64_t offset(const std::string& letters, const Shape& shape) {
    std::int64_t offset = 0;
    for (std::size_t axis = 0; axis < letters.size(); ++axis)
      offset = offset * shape[axis] + (shape[axis] == 1 ? 0 : at_[letters[axis]]);
    return offset;
  }

  void add(Sizes::const_iterator letter) {
    if (letter != size_.end()) {
      for (at_[letter->first] = 0; at_[letter->first] < letter->second; ++at_[letter->first])
        add(std::next(letter));
      return;
    }
    double product = 1;
    for (std::size_t i = 0; i < inputs_.size(); ++i)
      product *= inputs_[i].number(offset(sum_.terms[i], sum_.shapes[i]));
    const std::int64_t to = offset(sum_.result, result_.shape());
    result_.set_number(to, result_.number(to) + product);
  }

  const Sum& sum_;
  std::vector<Tensor> inputs_;
  Sizes size_;
  Sizes at_;
  Tensor result_;
};

class OnnxEinsum : public testing::TestWithParam<Sum> {};

TEST_P(OnnxEinsum, IsTheSumWrittenOut) {
  WrittenOut sum(GetParam());
  const auto found = run(OneNode{"Einsum", {{"equation", GetParam().equation}}}, sum.inputs());
  expect_close(found.at(0), sum.result());
}

INSTANTIATE_TEST_SUITE_P(
    Equations, OnnxEinsum,
    testing::Values(Sum{"ij,jk->ik", "ik", {"ij", "jk"}, {{2, 3}, {3, 4}}},
                    Sum{"ij,jk", "ik", {"ij", "jk"}, {{2, 3}, {3, 4}}},
                    Sum{"ij, jk, kl -> li", "li", {"ij", "jk", "kl"}, {{2, 3}, {3, 4}, {4, 5}}},
                    Sum{"bqhd,bkhd->bhqk", "bhqk", {"bqhd", "bkhd"}, {{2, 3, 2, 4}, {2, 5, 2, 4}}},
                    Sum{"...ij,...jk->...ik", "ABik", {"ABij", "Bjk"}, {{2, 1, 3, 4}, {3, 4, 2}}},
                    Sum{"a...b->b...", "bA", {"aAb"}, {{2, 3, 4}}}, Sum{"ii->i", "i", {"ii"}, {{4, 4}}},
                    Sum{"iji->j", "j", {"iji"}, {{3, 2, 3}}}, Sum{"ii", "", {"ii"}, {{4, 4}}},
                    Sum{"i,j->ji", "ji", {"i", "j"}, {{3}, {4}}},
                    Sum{"ij,ij->", "", {"ij", "ij"}, {{3, 4}, {3, 4}}},
                    Sum{"abcd,cdef->faeb", "faeb", {"abcd", "cdef"}, {{2, 3, 2, 2}, {2, 2, 3, 2}}},
                    Sum{"ab,ac,ad->bcd", "bcd", {"ab", "ac", "ad"}, {{3, 2}, {3, 4}, {3, 2}}}));
}  // namespace

}  // namespace tenon::onnx_models
