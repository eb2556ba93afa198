namespace NativeSsl;

/// <summary>What the sets of special tokens consist of.</summary>
static class SpecialTokenSets
{
    const int SentinelCount = 100;

    /// <summary>Names that have the first ids.</summary>
    internal static string[] First(this SpecialTokenSet set) => set switch
    {
        SpecialTokenSet.Bert => ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
        SpecialTokenSet.Roberta => ["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        SpecialTokenSet.T5 => ["<pad>", "</s>", "<unk>"],
        _ => [],
    };

    /// <summary>Names that have the last ids.</summary>
    internal static string[] Last(this SpecialTokenSet set) => set switch
    {
        SpecialTokenSet.Gpt2 => ["<|endoftext|>"],
        SpecialTokenSet.T5 => [.. Enumerable.Range(0, SentinelCount).Select(static number => SpecialTokens.Sentinel(SentinelCount - 1 - number))],
        _ => [],
    };

    internal static int Count(this SpecialTokenSet set) => set.First().Length + set.Last().Length;

    internal static string? Unknown(this SpecialTokenSet set) => set.First().FirstOrDefault(static name => name is "[UNK]" or "<unk>");

    /// <summary>The tokens, given the table in which they have their ids. A mask takes the space before it along, as RoBERTa's does.</summary>
    internal static AddedToken[] Added(this SpecialTokenSet set, PieceTable pieces) =>
        [.. set.First().Concat(set.Last()).Select(name => new AddedToken(Id(pieces, name), name, LeftStrip: name == "<mask>"))];

    internal static Template Template(this SpecialTokenSet set, AddedToken[] added)
    {
        AddedToken Named(string name) => added.First(token => token.Content == name);
        return set switch
        {
            SpecialTokenSet.Bert => NativeSsl.Template.Bert(Named("[CLS]"), Named("[SEP]")),
            SpecialTokenSet.Roberta => NativeSsl.Template.Roberta(Named("<s>"), Named("</s>")),
            SpecialTokenSet.T5 => NativeSsl.Template.T5(Named("</s>")),
            _ => NativeSsl.Template.Plain,
        };
    }

    internal static int Id(PieceTable pieces, string name) => pieces.TryGet(name, out int id) ? id
        : throw new InvalidOperationException($"The special token {name} has no id.");
}
