#include "codegen/element_op.h"

namespace tenon::codegen {

ElementOp element_op(Op op) {
  switch (op) {
    case Op::cast:
      return ElementOp::cast;
    case Op::stop_gradient:
      return ElementOp::identity;
    case Op::neg:
    case Op::abs:
    case Op::sign:
      return ElementOp::unary;
    case Op::floor:
    case Op::ceil:
    case Op::round:
    case Op::trunc:
    case Op::exp:
    case Op::expm1:
    case Op::log:
    case Op::log1p:
    case Op::sqrt:
    case Op::rsqrt:
    case Op::reciprocal:
    case Op::sin:
    case Op::cos:
    case Op::tan:
    case Op::asin:
    case Op::acos:
    case Op::atan:
    case Op::sinh:
    case Op::cosh:
    case Op::tanh:
    case Op::erf:
      return ElementOp::unary_float;
    case Op::is_nan:
    case Op::is_inf:
    case Op::is_finite:
      return ElementOp::classify;
    case Op::logical_not:
      return ElementOp::logical_unary;
    case Op::bitwise_not:
      return ElementOp::bitwise_unary;
    case Op::add:
    case Op::sub:
    case Op::mul:
    case Op::div:
    case Op::rem:
    case Op::mod:
    case Op::pow:
      return ElementOp::binary;
    case Op::maximum:
    case Op::minimum:
      return ElementOp::extreme;
    case Op::atan2:
      return ElementOp::binary_float;
    case Op::equal:
    case Op::not_equal:
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
      return ElementOp::compare;
    case Op::logical_and:
    case Op::logical_or:
    case Op::logical_xor:
      return ElementOp::logical;
    case Op::bitwise_and:
    case Op::bitwise_or:
    case Op::bitwise_xor:
      return ElementOp::bitwise;
    case Op::shift_left:
    case Op::shift_right:
      return ElementOp::shift;
    case Op::select:
      return ElementOp::select;
    default:
      return ElementOp::none;
  }
}

bool fits_element_op(Op op, DType result, std::span<const DType> args) {
  const auto unary = [&](bool fits) { return args.size() == 1 && fits; };
  const auto binary = [&](bool fits) { return args.size() == 2 && args[0] == args[1] && fits; };
  const auto same = [&] { return args[0] == result; };
  const bool integral = !is_float(result);
  const bool number = result != DType::boolean;
  switch (element_op(op)) {
    case ElementOp::none:
      return false;
    case ElementOp::cast:
      return unary(true);
    case ElementOp::identity:
      return unary(same());
    case ElementOp::unary:
      return unary(same() && number);
    case ElementOp::unary_float:
      return unary(same() && is_float(result));
    case ElementOp::classify:
      return unary(result == DType::boolean && is_float(args[0]));
    case ElementOp::logical_unary:
      return unary(same() && result == DType::boolean);
    case ElementOp::bitwise_unary:
      return unary(same() && integral);
    case ElementOp::binary:
      return binary(same() && number);
    case ElementOp::extreme:
      return binary(same());
    case ElementOp::binary_float:
      return binary(same() && is_float(result));
    case ElementOp::compare:
      return binary(result == DType::boolean);
    case ElementOp::logical:
      return binary(same() && result == DType::boolean);
    case ElementOp::bitwise:
      return binary(same() && integral);
    case ElementOp::shift:
      return binary(same() && is_int(result));
    case ElementOp::select:
      return args.size() == 3 && args[0] == DType::boolean && args[1] == result && args[2] == result;
  }
  return false;
}

}  // namespace tenon::codegen
