# gpu
# Not there yet: will build the CUDA backend and run its tests on an NVIDIA GPU.

dev_gpu() { die "the gpu part does not exist yet: it comes with the CUDA backend"; }
