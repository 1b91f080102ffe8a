// A program is cut at its bodies: plans run between them, and the host in between.
//
//   %1 = exp(%x)                                     plan     %1 = exp(%x)         returns %1
//   %2 = if_else(%c, %1) {…}              →          control  %2 = if_else(%c, %1)
//   %3 = neg(%2)   return y = %3                     plan     %3 = neg(%v2)        returns y
//
// A node stands in the first plan in which all that it reads is there, or in a later one where only later
// ones read it and less has to cross from plan to plan then. All updates of states stand in the last plan, so
// that what reads a state finds its old value.
#pragma once

#include "plan/executable.h"

namespace tenon {

struct Segment {
  static constexpr std::uint32_t kNone = ~0u;
  // Of a plan: an ordinary program, whose inputs are inputs of the whole one and values of earlier segments.
  Graph program;
  // Of a control: its node in the whole program.
  std::uint32_t control = kNone;
  Traffic traffic;
};

bool has_bodies(const Graph& typed);
std::vector<Segment> cut(const Graph& typed);

}  // namespace tenon
