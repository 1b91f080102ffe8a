#include "cli/commands.h"

int main(int count, char** words) { return tenon::cli::run_program(count, words); }
