#include "codegen/lower_index.h"

#include <gtest/gtest.h>

namespace tenon::codegen {
namespace {

struct Loops {
  Positions p;
  Linear i = p.variable(0, 6);
  Linear j = p.variable(1, 8);
  Linear flat = p.add(p.scale(i, 8), j);  // of [6, 8]
};

TEST(Positions, AReshapeAndItsInverseCancel) {
  Loops l;
  EXPECT_EQ(l.p.quotient(l.flat, 8), l.i);
  EXPECT_EQ(l.p.remainder(l.flat, 8), l.j);
  const Linear row = l.p.quotient(l.flat, 6);  // of [8, 6], which does not line up
  const Linear column = l.p.remainder(l.flat, 6);
  EXPECT_EQ(l.p.add(l.p.scale(row, 6), column), l.flat);
}

TEST(Positions, PartsOfADimensionJoin) {
  Loops l;
  const Linear v = l.p.variable(2, 24);
  const Linear high = l.p.quotient(v, 12);
  const Linear middle = l.p.remainder(l.p.quotient(v, 4), 3);
  const Linear low = l.p.remainder(v, 4);
  EXPECT_EQ(l.p.add(l.p.add(l.p.scale(high, 12), l.p.scale(middle, 4)), low), v);
}

TEST(Positions, AFactorCommonWithTheDivisorIsTakenOut) {
  Loops l;
  const Linear x = l.p.add(l.p.scale(l.i, 4), l.p.remainder(l.j, 4));  // below 24
  EXPECT_EQ(l.p.quotient(x, 8), l.p.quotient(l.i, 2));
  EXPECT_EQ(l.p.remainder(x, 8), l.p.add(l.p.scale(l.p.remainder(l.i, 2), 4), l.p.remainder(l.j, 4)));
}

TEST(Positions, WhatIsDividedIsNeverNegative) {
  Loops l;
  const Linear reversed = l.p.add(l.p.scale(l.i, -1), 5);
  const Linear half = l.p.quotient(reversed, 4);
  ASSERT_EQ(half.terms.size(), 1u);
  EXPECT_GE(l.p.bounds(l.p.info(half.terms[0].atom).of).low, 0);
}

TEST(Positions, AClampThatChangesNothingIsNone) {
  Loops l;
  EXPECT_EQ(l.p.clamp(l.i, 6), l.i);
  EXPECT_NE(l.p.clamp(l.i, 5), l.i);
}

TEST(Positions, AnAtomHidesWhatItIsMadeOf) {
  Loops l;
  const Linear x = l.p.quotient(l.j, 3);
  EXPECT_TRUE(l.p.hides(x, l.j.terms[0].atom));
  EXPECT_FALSE(l.p.hides(x, l.i.terms[0].atom));
}

}  // namespace
}  // namespace tenon::codegen
