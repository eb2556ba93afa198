namespace NativeSsl;

/// <summary>Parameters that are trained alike.</summary>
/// <param name="Name">For example <c>decayed</c>.</param>
/// <param name="Tensors">Leaves whose gradient was asked for, with the names they have in checkpoints.</param>
public sealed record ParameterGroup(string Name, IReadOnlyList<(string Name, Tensor Tensor)> Tensors)
{
    /// <summary>λ: how strongly values are drawn to zero.</summary>
    public float WeightDecay { get; init; }
    /// <summary>A factor on the learning rate.</summary>
    public float LearningRateScale { get; init; } = 1f;
    /// <summary>Which optimizer trains them: an adversary has its own.</summary>
    public string Optimizer { get; init; } = "main";

    /// <summary>The usual two groups: weight decay on matrices, and none on gains and biases, which have one axis.</summary>
    public static ParameterGroup[] Usual(IEnumerable<(string Name, Tensor Tensor)> tensors, float weightDecay)
    {
        var byRank = tensors.ToLookup(entry => entry.Tensor.Shape.Rank >= 2);
        return [new("decayed", [.. byRank[true]]) { WeightDecay = weightDecay }, new("undecayed", [.. byRank[false]])];
    }
}
