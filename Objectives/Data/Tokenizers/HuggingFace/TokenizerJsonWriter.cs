using System.Text.Json;

namespace NativeSsl;

/// <summary>Writes Hugging Face's <c>tokenizer.json</c>, version 1.0: the fields and names that its Rust library reads.</summary>
static class TokenizerJsonWriter
{
    internal static void Write(Utf8JsonWriter json, PieceTokenizerParts parts)
    {
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        json.WriteStartArray("added_tokens");
        foreach (AddedToken token in parts.Added.OrderBy(static token => token.Id)) Write(json, token);
        json.WriteEndArray();
        json.WritePropertyName("normalizer");
        if (parts.Normalizer is { } normalizer) normalizer.Write(json);
        else json.WriteNullValue();
        json.WritePropertyName("pre_tokenizer");
        parts.Split.Write(json);
        json.WritePropertyName("post_processor");
        Write(json, parts.Template);
        json.WritePropertyName("decoder");
        parts.Decoder.Write(json);
        json.WritePropertyName("model");
        parts.Model.Write(json);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, AddedToken token)
    {
        json.WriteStartObject();
        json.WriteNumber("id", token.Id);
        json.WriteString("content", token.Content);
        json.WriteBoolean("single_word", false);
        json.WriteBoolean("lstrip", token.LeftStrip);
        json.WriteBoolean("rstrip", token.RightStrip);
        json.WriteBoolean("normalized", token.Normalized);
        json.WriteBoolean("special", token.Special);
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, Template template)
    {
        AddedToken[] tokens = [.. template.Single.Concat(template.Pair).Select(static place => place.Token).OfType<AddedToken>().Distinct()];
        if (tokens.Length == 0)
        {
            json.WriteNullValue();
            return;
        }
        json.WriteStartObject();
        json.WriteString("type", "TemplateProcessing");
        Write(json, "single", template.Single);
        Write(json, "pair", template.Pair);
        json.WriteStartObject("special_tokens");
        foreach (AddedToken token in tokens)
        {
            json.WriteStartObject(token.Content);
            json.WriteString("id", token.Content);
            json.WriteStartArray("ids");
            json.WriteNumberValue(token.Id);
            json.WriteEndArray();
            json.WriteStartArray("tokens");
            json.WriteStringValue(token.Content);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, string field, IReadOnlyList<TemplatePlace> places)
    {
        json.WriteStartArray(field);
        foreach (TemplatePlace place in places)
        {
            json.WriteStartObject();
            json.WriteStartObject(place.Token is null ? "Sequence" : "SpecialToken");
            json.WriteString("id", place.Token?.Content ?? (place.Second ? "B" : "A"));
            json.WriteNumber("type_id", place.Segment);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
