#include "onnx/einsum.h"

#include <algorithm>
#include <cctype>

#include "onnx/shapes.h"
#include "op/writing.h"

namespace tenon::onnx {

namespace {
// Letters stand for themselves; the axes of an ellipsis, counted from its last one, follow on all letters.
using Letters = std::vector<int>;
constexpr int kEllipsis = 256;

bool has(const Letters& letters, int letter) { return std::ranges::find(letters, letter) != letters.end(); }

struct Operand {
  Value value;
  Letters letters;
};

struct Equation {
  std::vector<Letters> operands;
  Letters result;
};

// With an ellipsis of `hidden` axes.
Letters read_letters(const Call& call, std::string_view text, std::int64_t hidden) {
  Letters letters;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 3) == "...") {
      for (std::int64_t axis = hidden; axis-- > 0;) letters.push_back(kEllipsis + static_cast<int>(axis));
      i += 2;
      continue;
    }
    const auto letter = static_cast<unsigned char>(text[i]);
    call.require(std::isalpha(letter), "its equation has a '", text[i], "' in it");
    letters.push_back(letter);
  }
  return letters;
}

// Without an arrow the result has the ellipsis and then, sorted, the letters that stand once.
Letters implied_result(const std::vector<Letters>& operands, std::int64_t hidden) {
  Letters all, once;
  for (const Letters& letters : operands) all.insert(all.end(), letters.begin(), letters.end());
  std::ranges::sort(all);
  for (const int letter : all)
    if (letter < kEllipsis && std::ranges::count(all, letter) == 1) once.push_back(letter);
  Letters result;
  for (std::int64_t axis = hidden; axis-- > 0;) result.push_back(kEllipsis + static_cast<int>(axis));
  result.insert(result.end(), once.begin(), once.end());
  return result;
}

std::vector<std::string_view> split_at_commas(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t comma; (comma = text.find(',')) != std::string_view::npos; text.remove_prefix(comma + 1))
    parts.push_back(text.substr(0, comma));
  parts.push_back(text);
  return parts;
}

Equation read_equation(const Call& call, const std::string& text, const std::vector<Value>& values) {
  const std::size_t arrow = text.find("->");
  const auto terms = split_at_commas(std::string_view(text).substr(0, arrow));
  call.require(terms.size() == values.size(), "its equation has ", terms.size(), " terms for ", values.size(),
               " inputs");
  Equation equation;
  std::int64_t most_hidden = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const bool hides = terms[i].find("...") != std::string_view::npos;
    const auto named = static_cast<std::int64_t>(terms[i].size()) - (hides ? 3 : 0);
    const std::int64_t hidden = values[i].rank() - named;
    call.require(hides ? hidden >= 0 : hidden == 0, "its term '", terms[i], "' does not fit an input of ",
                 values[i].rank(), " axes");
    most_hidden = std::max(most_hidden, hidden);
    equation.operands.push_back(read_letters(call, terms[i], hidden));
  }
  equation.result = arrow == std::string::npos
                        ? implied_result(equation.operands, most_hidden)
                        : read_letters(call, std::string_view(text).substr(arrow + 2), most_hidden);
  return equation;
}

// Of a letter that stands twice, only where both places agree: summed over the second.
Operand without_doubles(const Call& call, Operand x) {
  for (std::size_t i = 0; i < x.letters.size(); ++i)
    for (std::size_t j = x.letters.size(); --j > i;) {
      if (x.letters[i] != x.letters[j]) continue;
      const auto axis = static_cast<std::int64_t>(j);
      const Value same =
          equal(places_along(call, x.value, static_cast<std::int64_t>(i)), places_along(call, x.value, axis));
      x.value = reduce_sum(select(same, x.value, 0.0), {axis});
      x.letters.erase(x.letters.begin() + axis);
    }
  return x;
}

Operand summed_to(Operand x, const Letters& needed) {
  Ints axes;
  Letters left;
  for (std::size_t i = 0; i < x.letters.size(); ++i)
    if (has(needed, x.letters[i]))
      left.push_back(x.letters[i]);
    else
      axes.push_back(static_cast<std::int64_t>(i));
  return axes.empty() ? x : Operand{reduce_sum(x.value, axes), left};
}

// x with its axes in this order; a letter that it has not is an axis of 1.
Value arranged(const Operand& x, const Letters& order) {
  Ints perm, missing;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto found = std::ranges::find(x.letters, order[i]);
    if (found == x.letters.end())
      missing.push_back(static_cast<std::int64_t>(i));
    else
      perm.push_back(found - x.letters.begin());
  }
  const Value moved = std::ranges::is_sorted(perm) ? x.value : transpose(x.value, perm);
  return missing.empty() ? moved : insert_axes(moved, missing);
}

Letters joined(Letters a, const Letters& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// What a product of two sums over, and which letters it keeps of both, of the first and of the second.
struct Roles {
  Letters batch, left, right, summed;
};

Roles roles_of(const Operand& a, const Operand& b, const Letters& needed) {
  Roles roles;
  for (const int letter : a.letters)
    (!has(b.letters, letter) ? roles.left
     : has(needed, letter)   ? roles.batch
                             : roles.summed)
        .push_back(letter);
  for (const int letter : b.letters)
    if (!has(a.letters, letter)) roles.right.push_back(letter);
  return roles;
}

Value sizes_from(const Call& call, const Operand& x, const Letters& letters) {
  std::vector<Value> sizes;
  for (const int letter : letters)
    sizes.push_back(size_of_axis(call, x.value, std::ranges::find(x.letters, letter) - x.letters.begin()));
  return sizes.empty() ? Value() : constant_if_known(call, concat(sizes, 0));
}

Value concatenated(const Call& call, const std::vector<Value>& parts) {
  std::vector<Value> given;
  std::ranges::copy_if(parts, std::back_inserter(given), &Value::defined);
  return given.empty() ? call.integers({}) : constant_if_known(call, concat(given, 0));
}

// The axes of several letters as one.
Value merged(const Call& call, const Operand& x, const Roles& roles, const Letters& first,
             const Letters& second) {
  const Value value = arranged(x, joined(roles.batch, joined(first, second)));
  if (first.size() == 1 && second.size() == 1) return value;
  const auto product = [&](const Letters& letters) {
    const Value sizes = sizes_from(call, x, letters);
    return sizes.defined() ? constant_if_known(call, reduce_prod(sizes, {0}, true)) : call.integers({1});
  };
  return reshaped(call, value,
                  concatenated(call, {sizes_from(call, x, roles.batch), product(first), product(second)}));
}

Operand multiplied(const Call& call, const Operand& a, const Operand& b, const Letters& needed) {
  const Roles roles = roles_of(a, b, needed);
  const Letters letters = joined(roles.batch, joined(roles.left, roles.right));
  if (roles.summed.empty()) return {arranged(a, letters) * arranged(b, letters), letters};
  const Value y = matmul(merged(call, a, roles, roles.left, roles.summed),
                         merged(call, b, roles, roles.summed, roles.right));
  if (roles.left.size() == 1 && roles.right.size() == 1) return {y, letters};
  const auto batch = static_cast<std::int64_t>(roles.batch.size());
  const Value batch_sizes = batch == 0 ? Value() : part(call, sizes_of(call, y), 0, batch);
  const Value shape =
      concatenated(call, {batch_sizes, sizes_from(call, a, roles.left), sizes_from(call, b, roles.right)});
  return {reshaped(call, y, shape), letters};
}
}  // namespace

Value einsum(const Call& call, std::string_view equation_text, const std::vector<Value>& values) {
  std::string text(equation_text);
  std::erase(text, ' ');
  const Equation equation = read_equation(call, text, values);
  Operand total;
  for (std::size_t i = 0; i < values.size(); ++i) {
    Operand next = without_doubles(call, {values[i], equation.operands[i]});
    Letters needed = equation.result;  // of this operand: by the result or by those that come after it
    for (std::size_t later = i + 1; later < values.size(); ++later)
      needed = joined(needed, equation.operands[later]);
    if (i == 0) {
      total = summed_to(next, needed);
      continue;
    }
    next = summed_to(next, joined(needed, total.letters));
    total = multiplied(call, summed_to(total, joined(needed, next.letters)), next, needed);
  }
  total = summed_to(total, equation.result);
  for (const int letter : equation.result)
    call.require(has(total.letters, letter), "a letter of its result is in none of its terms");
  return arranged(total, equation.result);
}

}  // namespace tenon::onnx
