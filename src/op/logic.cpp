// Element-wise ops on truth and bits: comparisons, tests, logic, bitwise.
#include <cmath>

#include "op/elementwise.h"

namespace tenon {

namespace {
template <template <class> class Function>
void discrete(OpTable& table, Op op, int inputs, const char* documentation, const ByKind<Function>& functions,
              bool gives_bool = true) {
  OpDef def = map_row(inputs, documentation, functions, gives_bool);
  def.no_gradient = "its result is not of a float type";
  table.define(op, std::move(def));
}

void define_comparisons(OpTable& table) {
  discrete(table, Op::equal, 2, "Whether a == b; false of NaN.",
           everything<Comparison>([](auto a, auto b) { return a == b; }));
  discrete(table, Op::not_equal, 2, "Whether a != b; true of NaN.",
           everything<Comparison>([](auto a, auto b) { return a != b; }));
  discrete(table, Op::less, 2, "Whether a < b; false of NaN.",
           everything<Comparison>([](auto a, auto b) { return a < b; }));
  discrete(table, Op::less_equal, 2, "Whether a <= b; false of NaN.",
           everything<Comparison>([](auto a, auto b) { return a <= b; }));
  discrete(table, Op::greater, 2, "Whether a > b; false of NaN.",
           everything<Comparison>([](auto a, auto b) { return a > b; }));
  discrete(table, Op::greater_equal, 2, "Whether a >= b; false of NaN.",
           everything<Comparison>([](auto a, auto b) { return a >= b; }));
}

void define_tests(OpTable& table) {
  discrete<Test>(table, Op::is_nan, 1, "Whether x is NaN.", {.real = [](double x) { return std::isnan(x); }});
  discrete<Test>(table, Op::is_inf, 1, "Whether x is infinite.",
                 {.real = [](double x) { return std::isinf(x); }});
  discrete<Test>(table, Op::is_finite, 1, "Whether x is neither NaN nor infinite.",
                 {.real = [](double x) { return std::isfinite(x); }});
}

void define_truth(OpTable& table) {
  discrete<Unary>(table, Op::logical_not, 1, "Whether x does not hold.",
                  {.truth = [](bool x) { return !x; }});
  discrete<Binary>(table, Op::logical_and, 2, "Whether both hold.",
                   {.truth = [](bool a, bool b) { return a && b; }});
  discrete<Binary>(table, Op::logical_or, 2, "Whether at least one holds.",
                   {.truth = [](bool a, bool b) { return a || b; }});
  discrete<Binary>(table, Op::logical_xor, 2, "Whether exactly one holds.",
                   {.truth = [](bool a, bool b) { return a != b; }});
}

constexpr auto kNot = []<class W>(W x) {
  if constexpr (std::is_same_v<W, bool>)
    return !x;
  else
    return static_cast<W>(~x);
};

// A shift by a negative number is one by a large number.
constexpr auto kShiftLeft = []<class W>(W x, W by) -> W {
  return modular(by) < 64 ? static_cast<W>(modular(x) << by) : W{0};
};
constexpr auto kShiftRight = []<class W>(W x, W by) -> W {
  return x >> std::min<std::uint64_t>(modular(by), 63) >> (std::is_unsigned_v<W> && modular(by) > 63);
};

void define_bits(OpTable& table) {
  discrete(table, Op::bitwise_not, 1, "Each bit of x turned over; of bool: not.", bits<Unary>(kNot), false);
  discrete(table, Op::bitwise_and, 2, "The bits set in both.",
           bits<Binary>([]<class W>(W a, W b) { return static_cast<W>(a & b); }), false);
  discrete(table, Op::bitwise_or, 2, "The bits set in at least one.",
           bits<Binary>([]<class W>(W a, W b) { return static_cast<W>(a | b); }), false);
  discrete(table, Op::bitwise_xor, 2, "The bits set in exactly one.",
           bits<Binary>([]<class W>(W a, W b) { return static_cast<W>(a ^ b); }), false);
  discrete<Binary>(table, Op::shift_left, 2,
                   "a shifted left by b bits; 0 where b is negative or at least the width of the type.",
                   {.integer = kShiftLeft, .natural = kShiftLeft}, false);
  discrete<Binary>(table, Op::shift_right, 2,
                   "a shifted right by b bits, filled with the sign where the type is signed; only the "
                   "filling is left where b is negative or at least the width of the type.",
                   {.integer = kShiftRight, .natural = kShiftRight}, false);
}

Value write_pair(Op op, const Operand& a, const Operand& b) { return write(op, {a.beside(b), b.beside(a)}); }
}  // namespace

void define_logic(OpTable& table) {
  define_comparisons(table);
  define_tests(table);
  define_truth(table);
  define_bits(table);
}

Value equal(Operand a, Operand b) { return write_pair(Op::equal, a, b); }
Value not_equal(Operand a, Operand b) { return write_pair(Op::not_equal, a, b); }
Value less(Operand a, Operand b) { return write_pair(Op::less, a, b); }
Value less_equal(Operand a, Operand b) { return write_pair(Op::less_equal, a, b); }
Value greater(Operand a, Operand b) { return write_pair(Op::greater, a, b); }
Value greater_equal(Operand a, Operand b) { return write_pair(Op::greater_equal, a, b); }
Value is_nan(Value x) { return write(Op::is_nan, {x}); }
Value is_inf(Value x) { return write(Op::is_inf, {x}); }
Value is_finite(Value x) { return write(Op::is_finite, {x}); }
Value logical_not(Value x) { return write(Op::logical_not, {x}); }
Value logical_and(Value a, Value b) { return write(Op::logical_and, {a, b}); }
Value logical_or(Value a, Value b) { return write(Op::logical_or, {a, b}); }
Value logical_xor(Value a, Value b) { return write(Op::logical_xor, {a, b}); }
Value bitwise_not(Value x) { return write(Op::bitwise_not, {x}); }
Value bitwise_and(Operand a, Operand b) { return write_pair(Op::bitwise_and, a, b); }
Value bitwise_or(Operand a, Operand b) { return write_pair(Op::bitwise_or, a, b); }
Value bitwise_xor(Operand a, Operand b) { return write_pair(Op::bitwise_xor, a, b); }
Value shift_left(Operand a, Operand b) { return write_pair(Op::shift_left, a, b); }
Value shift_right(Operand a, Operand b) { return write_pair(Op::shift_right, a, b); }

}  // namespace tenon
