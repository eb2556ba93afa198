namespace NativeSsl;

/// <summary>How many labels a classifier is given: so many of each class, or a share of them.</summary>
public readonly record struct LabelBudget
{
    readonly int _perClass;
    readonly double _share;

    LabelBudget(int perClass, double share) => (_perClass, _share) = (perClass, share);

    /// <summary>So many labels of each class.</summary>
    /// <exception cref="NativeSslException">Fewer than one.</exception>
    public static LabelBudget PerClass(int count) =>
        count >= 1 ? new(count, 0) : throw new NativeSslException($"LabelBudget: {count} labels per class; at least one is needed.");

    /// <summary>A share of the labels of each class, and at least one.</summary>
    /// <param name="share">Above 0, up to 1.</param>
    /// <exception cref="NativeSslException">Outside these bounds.</exception>
    public static LabelBudget Share(double share) =>
        share is > 0 and <= 1 ? new(0, share)
            : throw new NativeSslException($"LabelBudget: a share of {share}; it must be above 0 and at most 1.");

    /// <summary>1, 5, 10 and 100 per class; 1 %, 10 % and all.</summary>
    public static IReadOnlyList<LabelBudget> Usual { get; } =
        [PerClass(1), PerClass(5), PerClass(10), PerClass(100), Share(0.01), Share(0.1), Share(1)];

    /// <summary>Whether it asks for every label there is.</summary>
    public bool IsAll => _share == 1;

    /// <summary>How many of a class with so many labels.</summary>
    public int Of(int available) => _perClass > 0 ? _perClass : Math.Max(1, (int)Math.Round(_share * available));

    /// <summary>Whether every class that occurs has enough labels.</summary>
    /// <param name="labels">The class of each row.</param>
    public bool Fits(ReadOnlySpan<int> labels)
    {
        Dictionary<int, int> counts = [];
        foreach (int label in labels) counts[label] = counts.GetValueOrDefault(label) + 1;
        foreach (int available in counts.Values) if (Of(available) > available) return false;
        return true;
    }

    /// <summary>For example <c>10 per class</c>, or <c>1 %</c>.</summary>
    public override string ToString() => _perClass > 0
        ? FormattableString.Invariant($"{_perClass} per class") : FormattableString.Invariant($"{_share * 100:0.###} %");
}
