namespace NativeSsl;

/// <summary>What a tokenizer of pieces is made of.</summary>
sealed record PieceTokenizerParts
{
    internal required PieceTable Pieces { get; init; }
    internal required IPieceModel Model { get; init; }
    internal required IWordSplit Split { get; init; }
    internal required IPieceDecoder Decoder { get; init; }
    internal INormalizer? Normalizer { get; init; }
    internal IReadOnlyList<AddedToken> Added { get; init; } = [];
    internal Template Template { get; init; } = Template.Plain;
}
