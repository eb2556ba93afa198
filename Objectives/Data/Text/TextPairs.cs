namespace NativeSsl;

/// <summary>Texts that belong together two by two: translations, or sentences and how alike people found them.</summary>
public sealed class TextPairs
{
    /// <param name="name">Where they came from.</param>
    /// <param name="firsts">The first text of each pair.</param>
    /// <param name="seconds">The second text of each pair.</param>
    /// <param name="scores">How alike the two of each pair are, as people judged; null if nobody was asked.</param>
    /// <exception cref="ShapeException">There are not as many of all.</exception>
    public TextPairs(string name, IReadOnlyList<string> firsts, IReadOnlyList<string> seconds, IReadOnlyList<double>? scores = null)
    {
        if (firsts.Count != seconds.Count || (scores is not null && scores.Count != firsts.Count))
            throw new ShapeException($"TextPairs {name}: {firsts.Count} first and {seconds.Count} second texts" +
                $"{(scores is null ? "" : $", {scores.Count} scores")}; as many of all are needed.");
        (Name, Firsts, Seconds, Scores) = (name, firsts, seconds, scores);
    }

    /// <summary>Where they came from.</summary>
    public string Name { get; }
    /// <summary>The first text of each pair.</summary>
    public IReadOnlyList<string> Firsts { get; }
    /// <summary>The second text of each pair.</summary>
    public IReadOnlyList<string> Seconds { get; }
    /// <summary>How alike the two of each pair are, as people judged; null if nobody was asked.</summary>
    public IReadOnlyList<double>? Scores { get; }
    /// <summary>How many pairs there are.</summary>
    public int Count => Firsts.Count;

    /// <summary>Some of the pairs, in the order asked for.</summary>
    /// <exception cref="IndexException">A place is not in the set.</exception>
    public TextPairs Take(IEnumerable<int> places)
    {
        int[] wanted = [.. places];
        foreach (int place in wanted)
            if ((uint)place >= (uint)Count) throw new IndexException($"TextPairs {Name}: pair {place} was asked for, but there are {Count}, from 0 on.");
        return new(Name, [.. wanted.Select(place => Firsts[place])], [.. wanted.Select(place => Seconds[place])],
            Scores is { } scores ? [.. wanted.Select(place => scores[place])] : null);
    }

    /// <summary>The pairs neither of whose texts stood in an earlier pair that was kept: with them, each text has one partner only.</summary>
    public TextPairs Distinct()
    {
        HashSet<string> firsts = new(StringComparer.Ordinal), seconds = new(StringComparer.Ordinal);
        List<int> kept = [];
        for (int i = 0; i < Count; i++)
        {
            if (firsts.Contains(Firsts[i]) || seconds.Contains(Seconds[i])) continue;
            firsts.Add(Firsts[i]);
            seconds.Add(Seconds[i]);
            kept.Add(i);
        }
        return Take(kept);
    }
}
