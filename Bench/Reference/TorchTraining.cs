using NativeSsl.Bench.Measure;
using TorchSharp;
using static TorchSharp.torch;

namespace NativeSsl.Bench.Reference;

/// <summary>libtorch's training step. The loss stays on its side until it is asked for: nothing waits for it.</summary>
sealed class TorchTraining
{
    readonly TorchGpt _model;
    readonly optim.Optimizer _optimizer;
    readonly (TorchTensor Inputs, TorchTensor Targets)[] _batches;
    TorchTensor? _loss;

    public TorchTraining(GptSize size, TorchGpt model, int batches)
    {
        _model = model;
        _optimizer = model.Optimizer();
        _batches = [.. Enumerable.Range(0, batches).Select(number =>
        {
            var (inputs, targets) = size.DrawBatch((ulong)number);
            return (tensor(inputs.Select(t => (long)t).ToArray(), [size.Batch, size.Context]), tensor(targets.Select(t => (long)t).ToArray()));
        })];
    }

    public void Step(int number, bool optimizer)
    {
        using var scope = NewDisposeScope();
        var (inputs, targets) = _batches[number % _batches.Length];
        _optimizer.zero_grad();
        TorchTensor loss = _model.Loss(inputs, targets);
        loss.backward();
        if (optimizer) _optimizer.step();
        _loss?.Dispose();
        _loss = loss.detach().MoveToOuterDisposeScope();
    }

    public float Loss => _loss!.item<float>();
}
