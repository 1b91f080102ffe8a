# demo
# Trains a network on MNIST, builds its engine and runs it: from nothing to a recognised digit.
use build

dev_demo() {
  dev_setup build
  say "building the program"
  configure release
  compile release tenon_program
  tools/demo.sh build/release/bin/tenon
}
