namespace NativeSsl;

/// <summary>One place of a template: a special token, or the first or the second text.</summary>
/// <param name="Token">The special token; null for a text.</param>
/// <param name="Second">Of the two texts, the second.</param>
/// <param name="Segment">Which segment the place belongs to, for models that embed it: 0 or 1.</param>
readonly record struct TemplatePlace(AddedToken? Token, bool Second, int Segment);

/// <summary>Where special tokens go around one text and around two: <c>[CLS] a [SEP]</c>, <c>[CLS] a [SEP] b [SEP]</c>.</summary>
sealed record Template(IReadOnlyList<TemplatePlace> Single, IReadOnlyList<TemplatePlace> Pair)
{
    static readonly TemplatePlace A = new(null, false, 0), B = new(null, true, 0);

    /// <summary>Nothing around the texts.</summary>
    internal static Template Plain { get; } = new([A], [A, B with { Segment = 1 }]);

    /// <summary><c>begin a end</c>, <c>begin a end b end</c>, the second text being segment 1.</summary>
    internal static Template Bert(AddedToken begin, AddedToken end)
    {
        TemplatePlace[] single = [new(begin, false, 0), A, new(end, false, 0)];
        return new(single, [.. single, B with { Segment = 1 }, new(end, false, 1)]);
    }

    /// <summary><c>begin a end</c>, <c>begin a end end b end</c>, all of segment 0.</summary>
    internal static Template Roberta(AddedToken begin, AddedToken end)
    {
        TemplatePlace[] single = [new(begin, false, 0), A, new(end, false, 0)];
        return new(single, [.. single, new(end, false, 0), B, new(end, false, 0)]);
    }

    /// <summary><c>a end</c>, <c>a end b end</c>.</summary>
    internal static Template T5(AddedToken end) =>
        new([A, new(end, false, 0)], [A, new(end, false, 0), B, new(end, false, 0)]);
}
