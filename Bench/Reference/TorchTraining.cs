using NativeSsl.Bench.Measure;
using TorchSharp;
using static TorchSharp.torch;

namespace NativeSsl.Bench.Reference;

/// <summary>libtorch's training step. The loss stays on its side until it is asked for: nothing waits for it.</summary>
/// <param name="weights">What is trained: by AdamW, with decay on all that is no gain or bias.</param>
/// <param name="adam">What AdamW is told.</param>
/// <param name="loss">The loss of a step, from zero.</param>
sealed class TorchTraining(IEnumerable<TorchSharp.Modules.Parameter> weights, AdamSettings adam, Func<int, TorchTensor> loss)
{
    readonly TorchSharp.Modules.AdamW _optimizer = AdamW([.. weights], adam);
    readonly List<TorchTensor> _losses = [];

    /// <summary>With decay on all that is no gain or bias.</summary>
    public static TorchSharp.Modules.AdamW AdamW(TorchSharp.Modules.Parameter[] weights, AdamSettings adam)
    {
        using var scope = NewDisposeScope();
        TorchSharp.Modules.AdamW.ParamGroup Group(bool matrices) => new(weights.Where(weight => weight.dim() >= 2 == matrices),
            adam.Rate, adam.Beta1, adam.Beta2, AdamSettings.Epsilon, matrices ? adam.Decay : 0);
        return optim.AdamW([Group(true), Group(false)], adam.Rate, adam.Beta1, adam.Beta2, AdamSettings.Epsilon, adam.Decay);
    }

    public void Step(bool optimizer = true)
    {
        using var scope = NewDisposeScope();
        _optimizer.zero_grad();
        TorchTensor value = loss(_losses.Count);
        value.backward();
        if (optimizer) _optimizer.step();
        _losses.Add(value.detach().MoveToOuterDisposeScope());
    }

    /// <summary>The losses of all steps.</summary>
    public double[] Losses => [.. _losses.Select(value => value.to(ScalarType.Float64).item<double>())];
}
