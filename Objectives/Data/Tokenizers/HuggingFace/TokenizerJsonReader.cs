using System.Text.Json;
using System.Text.Unicode;

namespace NativeSsl;

/// <summary>
/// Reads Hugging Face's <c>tokenizer.json</c> of the kinds that BERT, GPT-2, RoBERTa, CLIP and T5 have. Whatever has no exact counterpart here is refused by
/// name, since a tokenizer that is almost right gives almost right ids, and nobody notices.
/// </summary>
static class TokenizerJsonReader
{
    static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16 };

    /// <summary>The tokenizer of a file; null if it is not of this format at all.</summary>
    /// <exception cref="MalformedFileException">It is, but damaged, or with a part that is not supported.</exception>
    internal static PieceTokenizer? TryRead(ReadOnlyMemory<byte> utf8, string file)
    {
        if (!Utf8.IsValid(utf8.Span)) return null;
        JsonDocument document;
        try { document = JsonDocument.Parse(utf8, Strict); }
        catch (JsonException) { return null; }
        using (document)
            try
            {
                JsonElement root = document.RootElement;
                return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("model", out _) ? Read(new JsonPart(root, "the file", file)) : null;
            }
            catch (InvalidOperationException error)                         // what the JSON reader says of an escaped half of a surrogate pair
            {
                throw new MalformedFileException(file, $"it is not valid JSON: {error.Message}", error);
            }
    }

    static PieceTokenizer Read(JsonPart root)
    {
        if (root.Text("version") is not "1.0" and var version) throw root.Wrong($"its version is '{PieceTable.Cut(version)}'; '1.0' is expected.");
        foreach (string field in new[] { "truncation", "padding" })
            if (root.Take(field) is not null)
                throw root.Wrong($"field '{field}' is set, which is not supported: it would change ids behind your back. Make it null.");

        ModelJson model = ModelJson.Read(root.Part("model"));
        AddedToken[] added = ReadAdded(root, model);
        if (!root.Has("pre_tokenizer")) throw root.Wrong("field 'pre_tokenizer' is missing or null; without one nothing says where words end.");
        PieceTable pieces = model.Pieces(added);
        PieceTokenizerParts parts = new()
        {
            Pieces = pieces, Model = model.Make(pieces, added), Added = added,
            Normalizer = root.Has("normalizer") ? NormalizerJson.Read(root.Part("normalizer")) : null,
            Split = SplitJson.Read(root.Part("pre_tokenizer"), model.Kind),
            Template = root.Has("post_processor") ? TemplateJson.Read(root.Part("post_processor"), added) : Template.Plain,
            Decoder = SplitJson.ReadDecoder(root.Has("decoder") ? root.Part("decoder") : null, model),
        };
        root.End();
        return new PieceTokenizer(parts);
    }

    static AddedToken[] ReadAdded(JsonPart root, ModelJson model)
    {
        List<AddedToken> added = [];
        HashSet<string> contents = new(StringComparer.Ordinal);
        if (!root.Has("added_tokens")) return [];
        foreach (JsonPart part in root.Parts("added_tokens"))
        {
            part.Only("single_word", false, "tokens that count only as whole words");
            AddedToken token = new(part.Number("id", 0), part.Text("content"), part.Flag("special"),
                part.Flag("normalized"), part.Flag("lstrip"), part.Flag("rstrip"));
            part.End();
            if (token.Content.Length == 0) throw part.Wrong($"{part.Name} has an empty content.");
            if (!contents.Add(token.Content)) throw part.Wrong($"the token '{PieceTable.Cut(token.Content)}' is added twice.");
            if (model.Ids.TryGetValue(token.Content, out int id) && id != token.Id)
                throw part.Wrong($"the token '{PieceTable.Cut(token.Content)}' has the id {token.Id} in added_tokens and {id} in the vocabulary.");
            added.Add(token);
        }
        return [.. added];
    }
}
