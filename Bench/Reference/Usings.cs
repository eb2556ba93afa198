// Inside the namespace NativeSsl a plain Tensor is ours.
global using TorchTensor = TorchSharp.torch.Tensor;
global using Functions = TorchSharp.torch.nn.functional;
