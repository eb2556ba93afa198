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
    readonly List<TorchTensor> _losses = [];

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

    public void Step(bool optimizer = true)
    {
        using var scope = NewDisposeScope();
        var (inputs, targets) = _batches[_losses.Count % _batches.Length];
        _optimizer.zero_grad();
        TorchTensor loss = _model.Loss(inputs, targets);
        loss.backward();
        if (optimizer) _optimizer.step();
        _losses.Add(loss.detach().MoveToOuterDisposeScope());
    }

    /// <summary>The losses of all steps.</summary>
    public double[] Losses => [.. _losses.Select(loss => (double)loss.item<float>())];
}
