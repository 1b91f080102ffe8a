#include "pass/polynomial.h"

#include <algorithm>
#include <cmath>

namespace tenon {

namespace {
constexpr int kDeepest = 8;
constexpr int kHighestPower = 4;
constexpr std::size_t kMostTerms = 24;

using Maybe = std::optional<Polynomial>;

void add_term(Polynomial& sum, const Powers& powers, double coefficient) {
  const double total = sum[powers] += coefficient;
  if (total == 0) sum.erase(powers);
}

Maybe sum_of(const Maybe& a, const Maybe& b, double sign) {
  if (!a || !b) return std::nullopt;
  Polynomial sum = *a;
  for (const auto& [powers, coefficient] : *b) add_term(sum, powers, sign * coefficient);
  return sum;
}

Maybe product_of(const Maybe& a, const Maybe& b) {
  if (!a || !b) return std::nullopt;
  Polynomial product;
  for (const auto& [left, by] : *a)
    for (const auto& [right, coefficient] : *b) {
      const Powers powers{left[0] + right[0], left[1] + right[1]};
      if (powers[0] > kHighestPower || powers[1] > kHighestPower) return std::nullopt;
      add_term(product, powers, by * coefficient);
    }
  return product;
}

class Reader {
 public:
  Reader(const Matcher& matcher, Ref x, Ref e) : matcher_(matcher), x_(x), e_(e) {}

  Maybe read(Ref value, int depth = 0) const {
    if (value == x_) return Polynomial{{{1, 0}, 1}};
    if (value == e_) return Polynomial{{{0, 1}, 1}};
    if (const auto number = matcher_.number(value)) return constant(*number);
    if (depth == kDeepest) return std::nullopt;
    const Node& node = matcher_.node(value);
    const auto operand = [&](std::size_t i) { return read(node.inputs[i], depth + 1); };
    switch (node.op) {
      case Op::neg:
        return sum_of(Polynomial{}, operand(0), -1);
      case Op::add:
        return sum_of(operand(0), operand(1), 1);
      case Op::sub:
        return sum_of(operand(0), operand(1), -1);
      case Op::mul:
        return product_of(operand(0), operand(1));
      case Op::div:
        return quotient(operand(0), matcher_.number(node.inputs[1]));
      case Op::pow:
        return power(operand(0), matcher_.number(node.inputs[1]));
      default:
        return std::nullopt;
    }
  }

 private:
  static Polynomial constant(double number) {
    return number == 0 ? Polynomial{} : Polynomial{{{0, 0}, number}};
  }

  static Maybe quotient(const Maybe& of, std::optional<double> by) {
    return by && *by != 0 ? product_of(of, constant(1 / *by)) : std::nullopt;
  }

  static Maybe power(const Maybe& of, std::optional<double> exponent) {
    if (!exponent || *exponent < 1 || *exponent > kHighestPower || std::floor(*exponent) != *exponent)
      return std::nullopt;
    Maybe result = of;
    for (int i = 1; i < *exponent; ++i) result = product_of(result, of);
    return result;
  }

  const Matcher& matcher_;
  Ref x_, e_;
};

bool is_arithmetic(Op op) {
  return op == Op::neg || op == Op::add || op == Op::sub || op == Op::mul || op == Op::div || op == Op::pow;
}
}  // namespace

std::optional<Polynomial> polynomial_of(const Matcher& matcher, Ref value, Ref x, Ref e) {
  return Reader(matcher, x, e).read(value);
}

std::optional<Polynomial> polynomial_of(const Matcher& matcher, Ref value, Ref x) {
  return Reader(matcher, x, x).read(value);
}

std::vector<Ref> terms_of(const Matcher& matcher, Ref value) {
  std::vector<Ref> terms{value};
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (!is_arithmetic(matcher.node(terms[i]).op)) continue;
    for (const Ref input : matcher.node(terms[i]).inputs) {
      const bool is_new = !matcher.number(input) && std::ranges::find(terms, input) == terms.end();
      if (is_new && terms.size() < kMostTerms) terms.push_back(input);
    }
  }
  return terms;
}

bool is_nearly(const Polynomial& polynomial, const Polynomial& other, DType dtype) {
  return std::ranges::equal(polynomial, other, [&](const auto& a, const auto& b) {
    return a.first == b.first && is_nearly(a.second, b.second, dtype);
  });
}

}  // namespace tenon
