global using ILGPU;
global using ILGPU.Runtime;
global using Floats = ILGPU.ArrayView<float>;
global using Ints = ILGPU.ArrayView<int>;
