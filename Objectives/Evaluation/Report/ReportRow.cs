namespace NativeSsl;

/// <summary>A row of a report: one way to make features or classes, and what was measured of it.</summary>
/// <param name="name">What it is called.</param>
/// <param name="cost">What it took.</param>
public sealed class ReportRow(string name, Cost cost)
{
    readonly Dictionary<string, Score> _scores = [];

    /// <summary>What it is called.</summary>
    public string Name => name;
    /// <summary>What making it took: training, and extraction.</summary>
    public Cost Cost => cost;
    /// <summary>What was measured, by the measure's name.</summary>
    public IReadOnlyDictionary<string, Score> Scores => _scores;

    /// <summary>Adds a score; shares of 1, such as accuracies, are shown in per cent.</summary>
    /// <exception cref="NativeSslException">It was measured already.</exception>
    internal void Add(string measure, Score score)
    {
        if (!_scores.TryAdd(measure, score)) throw new NativeSslException($"ReportCard: {measure} of {name} was measured already.");
    }
}
