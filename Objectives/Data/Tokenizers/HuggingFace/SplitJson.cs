namespace NativeSsl;

/// <summary>The fields <c>pre_tokenizer</c> and <c>decoder</c>, which must fit the model.</summary>
static class SplitJson
{
    const string Known = "BertPreTokenizer for WordPiece; ByteLevel, or CLIP's Split and ByteLevel, for BPE; " +
        "Metaspace, or WhitespaceSplit and Metaspace, for Unigram";

    /// <exception cref="MalformedFileException">It is damaged, of a kind that is not supported, or does not fit the model.</exception>
    internal static IWordSplit Read(JsonPart part, PieceModelKind model)
    {
        string kind = part.Kind ?? throw part.Wrong($"field 'type' of {part.Name} is missing; known are {Known}.");
        IWordSplit split = (kind, model) switch
        {
            ("BertPreTokenizer", PieceModelKind.WordPiece) => new BertSplit(),
            ("ByteLevel", PieceModelKind.BytePair) => ByteLevel(part, regex: true),
            ("Metaspace", PieceModelKind.Unigram) => Metaspace(part, anySpace: false),
            ("Sequence", _) => Sequence([.. part.Parts("pretokenizers")], part, model),
            _ => throw part.Wrong($"the pre-tokenizer '{PieceTable.Cut(kind)}' with a model of kind {model} is not supported; known are {Known}."),
        };
        part.End();
        return split;
    }

    static IWordSplit Sequence(JsonPart[] parts, JsonPart whole, PieceModelKind model)
    {
        string kinds = string.Join(", ", parts.Select(static part => part.Kind is { } kind ? PieceTable.Cut(kind) : "no type"));
        IWordSplit split = (kinds, model) switch
        {
            ("WhitespaceSplit, Metaspace", PieceModelKind.Unigram) => Metaspace(parts[1], anySpace: true),
            ("Split, ByteLevel", PieceModelKind.BytePair) => Clip(parts[0], parts[1]),
            _ => throw whole.Wrong($"the pre-tokenizers '{kinds}' with a model of kind {model} are not supported; known are {Known}."),
        };
        foreach (JsonPart part in parts) part.End();
        return split;
    }

    static Gpt2Split ByteLevel(JsonPart part, bool regex)
    {
        part.Only("add_prefix_space", false, "text is spelled as it stands");
        part.Take("trim_offsets");
        if (regex) part.Only("use_regex", true, "words are GPT-2's");
        else part.Take("use_regex");
        return new Gpt2Split();
    }

    static ClipSplit Clip(JsonPart part, JsonPart bytes)
    {
        JsonPart pattern = part.Part("pattern");
        string? regex = pattern.TextOrNull("Regex");
        string behaviour = part.Text("behavior");
        bool invert = part.Flag("invert");
        if (regex != ClipSplit.Pattern || behaviour != "Removed" || !invert)
            throw part.Wrong($"{part.Name} splits by '{PieceTable.Cut(regex ?? "a fixed text")}', {PieceTable.Cut(behaviour)}; " +
                "only CLIP's pattern is supported.");
        pattern.End();
        ByteLevel(bytes, regex: false);                                     // CLIP's words are words to GPT-2's pattern too, so it may be applied or not
        return new ClipSplit();
    }

    static MetaspaceSplit Metaspace(JsonPart part, bool anySpace)
    {
        ReadMetaspace(part);
        part.Only("split", true, "words are spelled one by one");
        return new MetaspaceSplit(anySpace);
    }

    static void ReadMetaspace(JsonPart part)
    {
        string replacement = part.Text("replacement");
        string? scheme = part.TextOrNull("prepend_scheme");
        part.Take("str_rep");
        if (replacement != MetaspaceSplit.Mark.ToString())
            throw part.Wrong($"{part.Name}.replacement is '{PieceTable.Cut(replacement)}'; only ▁ is supported.");
        part.Only("add_prefix_space", true, "every word begins with ▁");
        if (scheme is not (null or "always")) throw part.Wrong($"{part.Name}.prepend_scheme is '{PieceTable.Cut(scheme)}'; only 'always' is supported.");
    }

    /// <summary>The decoder; the one that fits the model, if the file names none.</summary>
    /// <exception cref="MalformedFileException">It is damaged, of a kind that is not supported, or does not fit the model.</exception>
    internal static IPieceDecoder ReadDecoder(JsonPart? part, ModelJson model)
    {
        bool cleanup = true;
        string wanted = model.Kind switch { PieceModelKind.WordPiece => "WordPiece", PieceModelKind.BytePair => "ByteLevel", _ => "Metaspace" };
        if (part is not null)
        {
            string kind = part.Kind ?? throw part.Wrong("field 'type' of the decoder is missing.");
            if (kind != wanted)
                throw part.Wrong($"the decoder '{PieceTable.Cut(kind)}' with a model of kind {model.Kind} is not supported; '{wanted}' is expected.");
            if (kind == "WordPiece")
            {
                if (part.Text("prefix") is not WordPieceModel.Continuing and var prefix)
                    throw part.Wrong($"decoder.prefix is '{PieceTable.Cut(prefix)}'; only '##' is supported.");
                cleanup = part.Flag("cleanup", true);
            }
            else if (kind == "Metaspace")
            {
                ReadMetaspace(part);
                part.Take("split");
            }
            else foreach (string field in new[] { "add_prefix_space", "trim_offsets", "use_regex" }) part.Take(field);
            part.End();
        }
        return model.Kind switch
        {
            PieceModelKind.WordPiece => new WordPieceDecoder(cleanup),
            PieceModelKind.BytePair => new ByteLevelDecoder(model.WordEnd),
            _ => new MetaspaceDecoder(),
        };
    }
}
