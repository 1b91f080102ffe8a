#include "backend/cpu/onednn/epilogue.h"

#include "backend/cpu/onednn/compat.h"

namespace tenon::onednn {
namespace {

using Algorithm = dnnl::algorithm;

std::optional<Algorithm> elementwise(PostOp::Kind kind) {
  switch (kind) {
    case PostOp::Kind::relu:
      return Algorithm::eltwise_relu;
    case PostOp::Kind::elu:
      return Algorithm::eltwise_elu;
    case PostOp::Kind::gelu_erf:
      return Algorithm::eltwise_gelu_erf;
    case PostOp::Kind::gelu_tanh:
      return Algorithm::eltwise_gelu_tanh;
    case PostOp::Kind::tanh:
      return Algorithm::eltwise_tanh;
    case PostOp::Kind::sigmoid:
      return Algorithm::eltwise_logistic;
    case PostOp::Kind::swish:
      return Algorithm::eltwise_swish;
    case PostOp::Kind::hardswish:
      return Algorithm::eltwise_hardswish;
    case PostOp::Kind::abs:
      return Algorithm::eltwise_abs;
    case PostOp::Kind::square:
      return Algorithm::eltwise_square;
    case PostOp::Kind::sqrt:
      return Algorithm::eltwise_sqrt;
    case PostOp::Kind::exp:
      return Algorithm::eltwise_exp;
    case PostOp::Kind::clip:
      return Algorithm::eltwise_clip;
    case PostOp::Kind::linear:
      return Algorithm::eltwise_linear;
    default:
      return std::nullopt;
  }
}

Algorithm binary(PostOp::Kind kind) {
  switch (kind) {
    case PostOp::Kind::add:
      return Algorithm::binary_add;
    case PostOp::Kind::subtract:
      return Algorithm::binary_sub;
    case PostOp::Kind::multiply:
      return Algorithm::binary_mul;
    case PostOp::Kind::maximum:
      return Algorithm::binary_max;
    default:
      return Algorithm::binary_min;
  }
}

}  // namespace

std::optional<Epilogue> make_epilogue(const std::vector<PostOp>& ops) {
  Epilogue epilogue;
  dnnl::post_ops chain;
  for (const PostOp& op : ops) {
    if (const auto algorithm = elementwise(op.kind)) {
      compat::append_eltwise(chain, *algorithm, op.alpha, op.beta);
      continue;
    }
    if (op.kind == PostOp::Kind::accumulate) {
      chain.append_sum(op.alpha);
      continue;
    }
    const auto desc = describe(op.operand);
    if (!desc) return std::nullopt;
    epilogue.operands.push_back({DNNL_ARG_ATTR_MULTIPLE_POST_OP(chain.len()) | DNNL_ARG_SRC_1, *desc});
    chain.append_binary(binary(op.kind), *desc);
  }
  epilogue.attributes.set_post_ops(chain);
  epilogue.attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return epilogue;
}

}  // namespace tenon::onednn
