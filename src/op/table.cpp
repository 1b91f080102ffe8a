#include "op/support.h"

namespace tenon {

void define_builtin_ops(OpTable& table) {
  define_leaves(table);
  define_elementwise(table);
  define_reductions(table);
  define_contractions(table);
  define_pooling(table);
  define_movement(table);
  define_indexing(table);
  define_selection(table);
  define_shapes(table);
  define_random(table);
  define_bodies(table);
  define_activations(table);
  define_layers(table);
  define_normalisation(table);
  define_losses(table);
  define_lowered(table);
}

}  // namespace tenon
