using System.Text.Json;

namespace NativeSsl;

/// <summary>The field <c>post_processor</c>: which special tokens go around texts.</summary>
static class TemplateJson
{
    const string Known = "BertProcessing, RobertaProcessing, TemplateProcessing, ByteLevel, and a Sequence of ByteLevel and one of them";

    /// <exception cref="MalformedFileException">It is damaged, or of a kind that is not supported.</exception>
    internal static Template Read(JsonPart part, AddedToken[] added)
    {
        string kind = part.Kind ?? throw part.Wrong($"field 'type' of {part.Name} is missing; known are {Known}.");
        Template template;
        switch (kind)
        {
            case "ByteLevel":                                               // moves the reported places of tokens in the text, which we do not report
            case "RobertaProcessing":
                part.Take("trim_offsets");
                part.Take("add_prefix_space");
                part.Take("use_regex");
                template = kind == "ByteLevel" ? Template.Plain : Template.Roberta(Token(part, "cls", added), Token(part, "sep", added));
                break;
            case "BertProcessing":
                template = Template.Bert(Token(part, "cls", added), Token(part, "sep", added));
                break;
            case "TemplateProcessing":
                template = ReadTemplate(part, added);
                break;
            case "Sequence":
                Template[] inner = [.. part.Parts("processors").Select(each => Read(each, added)).Where(static each => each != Template.Plain)];
                if (inner.Length > 1) throw part.Wrong($"{part.Name} adds special tokens twice, which is not supported.");
                template = inner.Length == 1 ? inner[0] : Template.Plain;
                break;
            default:
                throw part.Wrong($"the post-processor '{PieceTable.Cut(kind)}' is not supported; known are {Known}.");
        }
        part.End();
        return template;
    }

    static AddedToken Token(JsonPart part, string field, AddedToken[] added)
    {
        JsonElement pair = part.Array(field);
        if (pair.GetArrayLength() != 2 || pair[0].ValueKind != JsonValueKind.String
            || pair[1].ValueKind != JsonValueKind.Number || !pair[1].TryGetInt32(out int id))
            throw part.Wrong($"{part.Name}.{field} is {FlatJson.Show(pair)}; a token and its id are expected.");
        return Find(part, pair[0].GetString()!, id, added);
    }

    static AddedToken Find(JsonPart part, string content, int? id, AddedToken[] added) =>
        added.FirstOrDefault(token => token.Content == content && (id is null || token.Id == id))
            ?? throw part.Wrong($"{part.Name} uses the token '{PieceTable.Cut(content)}'{(id is null ? "" : $" with the id {id}")}, " +
                "which is not among added_tokens.");

    static Template ReadTemplate(JsonPart part, AddedToken[] added)
    {
        TemplatePlace[] single = Places(part, "single", added), pair = Places(part, "pair", added);
        if (part.Take("special_tokens") is { } named)
        {
            if (named.ValueKind != JsonValueKind.Object) throw part.Wrong($"{part.Name}.special_tokens must be an object.");
            foreach (JsonProperty token in named.EnumerateObject())
                CheckNamed(new JsonPart(token.Value, $"{part.Name}.special_tokens", part.File), added);
        }
        if (single.Count(static place => place.Token is null) != 1 || single.Any(static place => place.Token is null && place.Second))
            throw part.Wrong($"{part.Name}.single must have the sequence A once, and not B.");
        if (pair.Count(static place => place.Token is null) != 2 || pair.Count(static place => place.Token is null && place.Second) != 1)
            throw part.Wrong($"{part.Name}.pair must have the sequences A and B once each.");
        return new Template(single, pair);
    }

    static TemplatePlace[] Places(JsonPart part, string field, AddedToken[] added)
    {
        List<TemplatePlace> places = [];
        foreach (JsonPart place in part.Parts(field))
        {
            bool text = place.Has("Sequence");
            JsonPart inner = place.Part(text ? "Sequence" : "SpecialToken");
            string id = inner.Text("id");
            int segment = inner.Number("type_id", 0);
            if (segment > 1) throw inner.Wrong($"{inner.Name}.type_id is {segment}; segments are 0 and 1.");
            if (text && id is not ("A" or "B")) throw inner.Wrong($"{inner.Name}.id is '{PieceTable.Cut(id)}'; sequences are A and B.");
            places.Add(text ? new(null, id == "B", segment) : new(Find(inner, id, null, added), false, segment));
            inner.End();
            place.End();
        }
        return [.. places];
    }

    // The map repeats what added_tokens say; where the two differ, nobody could tell which was meant.
    static void CheckNamed(JsonPart token, AddedToken[] added)
    {
        string content = token.Text("id");
        JsonElement ids = token.Array("ids"), names = token.Array("tokens");
        token.End();
        if (ids.GetArrayLength() != 1 || ids[0].ValueKind != JsonValueKind.Number || !ids[0].TryGetInt32(out int id) || names.GetArrayLength() != 1
            || names[0].ValueKind != JsonValueKind.String || names[0].GetString() != content)
            throw token.Wrong($"{token.Name} has for '{PieceTable.Cut(content)}' other than one id and its own name, which is not supported.");
        Find(token, content, id, added);
    }
}
