using System.Text.Json;

namespace NativeSsl;

/// <summary>The field <c>normalizer</c>.</summary>
static class NormalizerJson
{
    const string Known = "BertNormalizer, Lowercase, NFC, NFD, Precompiled, Replace (of \\s+ by a space) and Sequence";

    /// <exception cref="MalformedFileException">It is damaged, or of a kind that is not supported.</exception>
    internal static INormalizer Read(JsonPart part)
    {
        string kind = part.Kind ?? throw part.Wrong($"field 'type' of {part.Name} is missing; known are {Known}.");
        INormalizer normalizer = kind switch
        {
            "BertNormalizer" => new BertNormalizer(part.Flag("clean_text", true), part.Flag("handle_chinese_chars", true),
                part.Has("strip_accents") ? part.Flag("strip_accents") : null, part.Flag("lowercase", true)),
            "Lowercase" => new LowerCase(),
            "NFC" => new CanonicalNormalizer(composed: true),
            "NFD" => new CanonicalNormalizer(composed: false),
            "Precompiled" => Precompiled(part),
            "Replace" => Replace(part),
            "Sequence" => new NormalizerSequence([.. part.Parts("normalizers").Select(Read)]),
            _ => throw part.Wrong($"the normalizer '{PieceTable.Cut(kind)}' ({part.Name}) is not supported; known are {Known}."),
        };
        part.End();
        return normalizer;
    }

    static CharacterMap Precompiled(JsonPart part) =>
        part.Take("precompiled_charsmap") is { ValueKind: JsonValueKind.String } text && text.TryGetBytesFromBase64(out byte[]? bytes)
            ? new CharacterMap(bytes, part.File) : throw part.Wrong($"{part.Name}.precompiled_charsmap is missing, or is not Base64.");

    static OneSpace Replace(JsonPart part)
    {
        JsonPart pattern = part.Part("pattern");
        string? regex = pattern.TextOrNull("Regex");
        string content = part.Text("content");
        if (regex != OneSpace.Pattern || content != " ")
            throw part.Wrong($"{part.Name} replaces '{PieceTable.Cut(regex ?? "a fixed text")}' by '{PieceTable.Cut(content)}'; " +
                "only \\s+ by one space is supported.");
        pattern.End();
        return new OneSpace();
    }
}
