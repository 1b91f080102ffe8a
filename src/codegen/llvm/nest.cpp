#include "codegen/llvm/nest.h"

#include <numeric>

#include "codegen/llvm/convert.h"
#include "codegen/llvm/elements.h"

namespace tenon::codegen {

namespace {
double rounded_to(DType type, double number) {
  if (type == DType::f16) return half_value(half_bits(number));
  return type == DType::bf16 ? bfloat16_value(bfloat16_bits(number)) : number;
}
}  // namespace

NestWriter::NestWriter(Ir& ir, const Kernel& kernel, const Analysis& analysis, const Nest& nest,
                       llvm::Function* function)
    : ir_(ir),
      kernel_(kernel),
      analysis_(analysis),
      nest_(nest),
      function_(function),
      values_(kernel.scalars.size()),
      accumulators_(ir, kernel, lanes_),
      positions_(ir, kernel, analysis, lanes_, [this](Scalar s) -> const Bundle& { return value_of(s); }) {}

void NestWriter::write() {
  ir_.b().SetInsertPoint(llvm::BasicBlock::Create(ir_.b().getContext(), "entry", function_));
  memory_.emplace(ir_, kernel_, positions_, lanes_, function_->getArg(0));
  block(schedule(kernel_, analysis_, nest_));
  ir_.b().CreateRetVoid();
}

void NestWriter::block(const Block& block) {
  for (const ScheduleStep& step : block.steps) {
    if (step.loop)
      loop(step);
    else if (step.statement)
      statement(*step.statement);
    else
      evaluate(step.scalar);
  }
}

// Scalars.

void NestWriter::evaluate(Scalar scalar) {
  Bundle value = computed(kernel_.scalars[scalar]);
  value.depth = positions_.depth();
  values_[scalar] = std::move(value);
}

const Bundle& NestWriter::value_of(Scalar scalar) {
  const ScalarExpr& e = kernel_.scalars[scalar];
  if (e.kind == ScalarKind::constant && values_[scalar].empty()) {
    llvm::Type* const type = ir_.in_register(e.type);
    const bool real = type->isFloatingPointTy();
    llvm::Constant* const constant = real ? llvm::ConstantFP::get(type, rounded_to(e.type, e.number))
                                          : llvm::ConstantInt::getSigned(type, e.integer);
    values_[scalar] = Bundle::of(constant);
  }
  return values_[scalar];
}

Bundle NestWriter::computed(const ScalarExpr& e) {
  switch (e.kind) {
    case ScalarKind::load:
      return memory_->load(e.buffer, positions_.evaluate(e.index), condition_of(e.when));
    case ScalarKind::index:
      return position_value(e);
    case ScalarKind::op:
      return operation(e);
    case ScalarKind::accumulator:
      return accumulators_.value(e.accumulator);
    case ScalarKind::position:
      return accumulators_.position(e.accumulator);
    case ScalarKind::constant:
      break;
  }
  return {};
}

Bundle NestWriter::operation(const ScalarExpr& e) {
  Counts counts;
  int width = 1;
  for (const Scalar arg : e.args) {
    const Bundle& value = value_of(arg);
    counts = merged(counts, value.counts);
    width = std::max(width, Ir::width(value.values[0]));
  }
  const DType type = kernel_.scalars[e.args.back()].type;
  return bundle(counts, [&](const Copy& copy) {
    std::vector<LlvmValue> args;
    for (const Scalar arg : e.args) args.push_back(ir_.splat(value_of(arg).at(copy), width));
    return element_value(ir_, e.op, type, e.type, args);
  });
}

Bundle NestWriter::position_value(const ScalarExpr& e) {
  const Bundle numbers = positions_.spread(positions_.evaluate(e.index));
  return bundle(numbers.counts, [&](const Copy& copy) {
    const LlvmValue number = numbers.at(copy);
    return convert(ir_, number, number->getType()->getScalarSizeInBits() == 32 ? DType::i32 : DType::i64,
                   e.type);
  });
}

// Statements.

void NestWriter::statement(const Statement& s) {
  switch (s.kind) {
    case StatementKind::reset:
      return accumulators_.reset(s.accumulator, condition_of(s.value));
    case StatementKind::accumulate:
      return accumulate(s);
    case StatementKind::store:
      return memory_->store(s.buffer, positions_.evaluate(s.index), value_of(s.value), condition_of(s.when));
    case StatementKind::loop:
      break;
  }
}

void NestWriter::accumulate(const Statement& s) {
  std::optional<Bundle> position;
  if (s.index != kNone) {
    const Bundle numbers = positions_.spread(positions_.evaluate(s.index));
    position = bundle(numbers.counts, [&](const Copy& copy) {
      const LlvmValue number = numbers.at(copy);
      return ir_.b().CreateSExt(number, Ir::vector(ir_.b().getInt64Ty(), Ir::width(number)));
    });
  }
  accumulators_.feed(s, value_of(s.value), position ? &*position : nullptr, condition_of(s.when));
}

// Loops.

void NestWriter::loop(const ScheduleStep& step) {
  accumulators_.open(*step.loop);
  if (step.loop == &nest_.root)
    root_loop(step);
  else
    inner_loop(step);
  accumulators_.close(*step.loop);
}

std::int64_t NestWriter::block_size(const Loop& loop) const {
  if (loop.kind == LoopKind::serial) return std::min<std::int64_t>(loop.unroll, loop.extent);
  const std::int64_t width = loop.kind == LoopKind::vector ? ir_.lanes() : 1;
  return copies_of(loop, ir_.lanes()) * width;
}

NestWriter::Stretch NestWriter::constant_stretch(std::int64_t first, std::int64_t last, std::int64_t step) {
  return {ir_.i64(first), ir_.i64(last), step, {first, last - step}, std::gcd(first, step), true};
}

void NestWriter::inner_loop(const ScheduleStep& step) {
  const Loop& loop = *step.loop;
  const std::int64_t size = block_size(loop);
  const std::int64_t whole = loop.extent / size * size;
  const std::int64_t rest = loop.extent - whole;
  const auto body = [&](std::int64_t count) {
    return [&, count](const Position& start) {
      if (loop.kind == LoopKind::serial)
        serial_body(step, start, static_cast<int>(count));
      else
        lane_body(step, start, count);
    };
  };
  if (whole > 0) repeat(loop, constant_stretch(0, whole, size), body(size));
  if (rest > 0) body(rest)(positions_.start(ir_.i64(whole), whole, {whole, whole}));
}

void NestWriter::root_loop(const ScheduleStep& step) {
  const std::int64_t size = block_size(*step.loop);
  const bool even = !nest_.parallel || nest_.grain % size == 0;
  if (even)
    even_root(step, size);
  else
    uneven_root(step, size);
}

// Cuts fall between blocks: what is less than a block stands at the very end.
void NestWriter::even_root(const ScheduleStep& step, std::int64_t size) {
  const Loop& loop = *step.loop;
  const std::int64_t whole = loop.extent / size * size;
  const std::int64_t rest = loop.extent - whole;
  const LlvmValue begin = function_->getArg(1), end = function_->getArg(2);
  const auto body = [&](const Position& start, std::int64_t count) {
    if (loop.kind == LoopKind::serial)
      serial_body(step, start, static_cast<int>(count));
    else
      lane_body(step, start, count);
  };
  if (whole > 0) {
    const LlvmValue last = ir_.b().CreateBinaryIntrinsic(llvm::Intrinsic::smin, end, ir_.i64(whole));
    const Stretch stretch{begin, rest > 0 ? last : end, size, {0, whole - size}, size, false};
    repeat(loop, stretch, [&](const Position& start) { body(start, size); });
  }
  if (rest == 0) return;
  only_if(ir_.b().CreateICmpSGT(end, ir_.i64(whole)),
          [&] { body(positions_.start(ir_.i64(whole), whole, {whole, whole}), rest); });
}

void NestWriter::uneven_root(const ScheduleStep& step, std::int64_t size) {
  const Loop& loop = *step.loop;
  const LlvmValue begin = function_->getArg(1), end = function_->getArg(2);
  const std::int64_t width = loop.kind == LoopKind::vector ? ir_.lanes() : 1;
  const auto stretch = [&](LlvmValue first, LlvmValue last, std::int64_t count) {
    return Stretch{
        first, last, count, {0, std::max<std::int64_t>(0, loop.extent - count)}, std::gcd(nest_.grain, count),
        false};
  };
  if (loop.kind == LoopKind::serial) {
    repeat(loop, stretch(begin, end, 1), [&](const Position& start) { serial_body(step, start, 1); });
    return;
  }
  LlvmValue next = begin;
  if (loop.extent >= size && size > width)
    next =
        repeat(loop, stretch(next, end, size), [&](const Position& start) { lane_body(step, start, size); });
  if (width > 1 && ir_.has_masks()) return masked_lanes(step, next, end);
  if (loop.extent >= width && width > 1)
    next = repeat(loop, stretch(next, end, width),
                  [&](const Position& start) { lane_body(step, start, width); });
  single_lanes(step, next, end, {0, loop.extent - 1}, false);
}

void NestWriter::serial_body(const ScheduleStep& step, const Position& start, int copies) {
  for (int copy = 0; copy < copies; ++copy) {
    Position position = start;
    position.constant += copy;
    positions_.set(step.loop->variable, std::move(position));
    block(step.body);
  }
}

void NestWriter::lane_body(const ScheduleStep& step, const Position& start, std::int64_t count) {
  if (step.loop->kind != LoopKind::vector) return lanes_at(step, start, static_cast<int>(count), 1, {});
  const int width = ir_.lanes();
  const std::int64_t whole = count / width * width;
  const int copies = static_cast<int>(count / width);
  const int rest = static_cast<int>(count % width);
  if (rest == 0) return lanes_at(step, start, copies, width, {});
  if (ir_.has_masks()) {
    std::vector<LlvmValue> masks(static_cast<std::size_t>(copies) + 1, nullptr);
    masks.back() = ir_.first_lanes(width, rest);
    return lanes_at(step, start, copies + 1, width, std::move(masks));
  }
  if (whole > 0) lanes_at(step, start, copies, width, {});
  const std::int64_t first = start.constant + whole;  // a rest stands at the end: its start is known
  single_lanes(step, ir_.i64(first), ir_.i64(first + rest), {first, first + rest - 1}, true);
}

void NestWriter::lanes_at(const ScheduleStep& step, const Position& start, int copies, int width,
                          std::vector<LlvmValue> masks) {
  Position position = start;
  position.strides.resize(lanes_.size() + 1, 0);
  position.strides.back() = 1;
  lanes_.push_back({step.loop->variable, copies, width, std::move(masks)});
  positions_.set(step.loop->variable, std::move(position));
  block(step.body);
  lanes_.pop_back();
}

void NestWriter::single_lanes(const ScheduleStep& step, LlvmValue first, LlvmValue last, Range range,
                              bool at_least_once) {
  repeat(*step.loop, {first, last, 1, range, 1, at_least_once},
         [&](const Position& start) { lanes_at(step, start, 1, 1, {}); });
}

// A register at a time, with a mask for those before `last`.
void NestWriter::masked_lanes(const ScheduleStep& step, LlvmValue first, LlvmValue last) {
  const int width = ir_.lanes();
  const LlvmValue limit = ir_.b().CreateAdd(last, ir_.i64(width - 1));
  const Stretch stretch{first, limit, width, {0, step.loop->extent - 1}, 1, false};
  repeat(*step.loop, stretch, [&](const Position& start) {
    const LlvmValue left = ir_.b().CreateSub(last, positions_.base(start));
    const LlvmValue numbers = ir_.steps(ir_.b().getInt64Ty(), width);
    lanes_at(step, start, 1, width, {ir_.b().CreateICmpSLT(numbers, ir_.splat(left, width))});
  });
}

// Where a loop left a register as it was, it needs no phi: a dead one is left.
void NestWriter::drop_unchanged(const std::vector<LlvmValue*>& changed,
                                const std::vector<llvm::PHINode*>& phis) {
  for (std::size_t i = 0; i < changed.size(); ++i) {
    llvm::PHINode* const phi = phis[i + 1];
    if (phi->getIncomingValue(1) != phi) continue;
    const LlvmValue start = phi->getIncomingValue(0);
    phi->replaceAllUsesWith(start);
    *changed[i] = start;
  }
}

// Gives where the stretch ended.
LlvmValue NestWriter::repeat(const Loop& loop, const Stretch& stretch, const Body& body) {
  if (!stretch.at_least_once || stretch.range.low != stretch.range.high) return counted(loop, stretch, body);
  body(positions_.start(stretch.first, stretch.multiple, stretch.range));
  return stretch.last;
}

LlvmValue NestWriter::counted(const Loop& loop, const Stretch& stretch, const Body& body) {
  auto& b = ir_.b();
  const auto new_block = [&](const char* name) {
    return llvm::BasicBlock::Create(b.getContext(), name, function_);
  };
  const LlvmValue limit =
      stretch.step == 1 ? stretch.last : b.CreateSub(stretch.last, ir_.i64(stretch.step - 1));
  llvm::BasicBlock* const before = b.GetInsertBlock();
  llvm::BasicBlock* const head = new_block("head");
  llvm::Instruction* const entry = b.CreateBr(head);
  b.SetInsertPoint(head);

  const std::vector<LlvmValue*> changed = accumulators_.changed_by(loop);
  std::vector<llvm::PHINode*> phis;
  const auto phi_of = [&](LlvmValue start) {
    phis.push_back(b.CreatePHI(start->getType(), 2));
    phis.back()->addIncoming(start, before);
    return phis.back();
  };
  llvm::PHINode* const variable = phi_of(stretch.first);
  for (LlvmValue* value : changed) *value = phi_of(*value);

  llvm::BasicBlock* exit = nullptr;
  if (!stretch.at_least_once) {
    llvm::BasicBlock* const inside = new_block("body");
    exit = new_block("exit");
    b.CreateCondBr(b.CreateICmpSLT(variable, limit), inside, exit);
    b.SetInsertPoint(inside);
  }
  positions_.enter(entry);
  body(positions_.start(variable, stretch.multiple, stretch.range));
  positions_.leave();

  const LlvmValue next = b.CreateAdd(variable, ir_.i64(stretch.step));
  llvm::BasicBlock* const latch = b.GetInsertBlock();
  variable->addIncoming(next, latch);
  for (std::size_t i = 0; i < changed.size(); ++i) phis[i + 1]->addIncoming(*changed[i], latch);
  if (stretch.at_least_once) {
    exit = new_block("exit");
    b.CreateCondBr(b.CreateICmpSLT(next, limit), head, exit);
  } else {
    b.CreateBr(head);
    for (std::size_t i = 0; i < changed.size(); ++i) *changed[i] = phis[i + 1];
  }
  b.SetInsertPoint(exit);
  drop_unchanged(changed, phis);
  return stretch.at_least_once ? next : variable;
}

void NestWriter::only_if(LlvmValue condition, const std::function<void()>& body) {
  auto& b = ir_.b();
  llvm::BasicBlock* const inside = llvm::BasicBlock::Create(b.getContext(), "rest", function_);
  llvm::BasicBlock* const after = llvm::BasicBlock::Create(b.getContext(), "after", function_);
  positions_.enter(b.CreateCondBr(condition, inside, after));
  b.SetInsertPoint(inside);
  body();
  positions_.leave();
  b.CreateBr(after);
  b.SetInsertPoint(after);
}

}  // namespace tenon::codegen
