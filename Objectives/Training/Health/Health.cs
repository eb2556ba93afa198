namespace NativeSsl;

/// <summary>What was measured on one step about how a run is going.</summary>
/// <param name="UpdateRatio">‖Δw‖ / ‖w‖: how far the step has moved the weights, in parts of their own length.
/// Usual is a thousandth to a hundredth.</param>
/// <param name="OverChance">The loss less the chance constant: below zero something is known; null if the constant is not known.</param>
/// <param name="Embeddings">Those of the objective.</param>
public sealed record Health(double UpdateRatio, double? OverChance, IReadOnlyList<EmbeddingHealth> Embeddings)
{
    /// <summary>What the loss was the sum of, by name.</summary>
    public IReadOnlyList<(string Name, double Value)> LossParts { get; init; } = [];

    /// <summary>The measurements by the names they have in <c>metrics.jsonl</c>.</summary>
    internal IEnumerable<(string Name, double Value)> Values =>
    [
        ("updateRatio", UpdateRatio),
        .. OverChance is { } over ? new[] { ("overChance", over) } : [],
        .. Embeddings.SelectMany(embedding => new[]
            { ($"{embedding.Name}Spread", embedding.Spread), ($"{embedding.Name}Rank", embedding.Rank) }),
        .. LossParts.Select(part => ($"{part.Name}Loss", part.Value)),
    ];
}
