# clean [preset]...
# Removes build/, or only the builds named.

dev_clean() {
  (($#)) || set -- ''
  local preset
  for preset; do
    [[ $preset != */* && $preset != .* ]] || die "'$preset' is not the name of a build"
    rm -rf "build/$preset"
  done
}
