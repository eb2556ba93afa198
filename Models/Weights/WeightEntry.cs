namespace NativeSsl;

/// <summary>One tensor under both names.</summary>
/// <param name="Ours">The name in our model.</param>
/// <param name="Theirs">The name in the file.</param>
/// <param name="Layout">How the elements lie.</param>
public sealed record WeightEntry(string Ours, string Theirs, WeightLayout Layout)
{
    /// <summary>Which rows of ours the file's tensor is, along axis 0; all of them if null. The entries of one tensor must have each row once.</summary>
    public (int First, int Count)? Rows { get; init; }

    /// <summary>What old files call it: taken on reading, never written.</summary>
    public string? OldName { get; init; }

    /// <summary>The shape in the file of what goes with a tensor of ours; null if the layout does not go with it.</summary>
    internal Shape? ShapeInFile(Shape ours) => Layout.Theirs(Rows is { } rows ? ours.With(0, rows.Count) : ours);
}

/// <summary>A second copy of a tensor that files may have where two layers share one: on reading it must be equal, bit for bit; it is never
/// written.</summary>
/// <param name="Copy">The name of the copy, in the file.</param>
/// <param name="Of">The name of the tensor, in the file.</param>
public sealed record SharedWeight(string Copy, string Of);
