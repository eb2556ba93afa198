namespace NativeSsl;

/// <summary>The weights, running statistics included, that did best on held-out labels so far.</summary>
sealed class BestWeights(params Module[] modules)
{
    readonly (string Name, Tensor Tensor)[] _tensors = [.. modules.SelectMany(module => module.NamedTensors())];
    float[][]? _best;

    /// <summary>The best accuracy.</summary>
    internal double? Accuracy { get; private set; }
    /// <summary>How many offers in a row were no better.</summary>
    internal int Misses { get; private set; }

    /// <summary>Remembers the present weights if they are better than any before.</summary>
    internal void Offer(double accuracy)
    {
        Misses++;
        if (accuracy <= Accuracy) return;
        (Accuracy, Misses) = (accuracy, 0);
        _best = [.. _tensors.Select(entry => entry.Tensor.ToArray())];
    }

    /// <summary>Brings the best weights back.</summary>
    internal void Restore()
    {
        for (int i = 0; i < _best?.Length; i++) _tensors[i].Tensor.Storage.CopyFrom(_best[i]);
    }
}
