using System.Buffers;
using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>A report as JSON, written field by field: no reflection, no culture.</summary>
static class ReportJson
{
    internal static string Of(ReportCard card)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("title"u8, card.Title);
            json.WriteString("note"u8, ReportCard.Note);
            json.WriteStartArray("rows"u8);
            foreach (ReportRow row in card.Rows) Write(json, card, row);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    static void Write(Utf8JsonWriter json, ReportCard card, ReportRow row)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, row.Name);
        json.WriteStartObject("scores"u8);
        foreach ((string measure, _) in card.Measures)
            if (row.Scores.TryGetValue(measure, out Score score))
            {
                json.WriteStartObject(measure);
                Number(json, "mean", score.Mean);
                Number(json, "halfWidth", score.HalfWidth);
                json.WriteNumber("count"u8, score.Count);
                json.WriteEndObject();
            }
        json.WriteEndObject();
        Number(json, "seconds", row.Cost.Seconds);
        Number(json, "flops", row.Cost.Flops);
        json.WriteNumber("samplesSeen"u8, row.Cost.SamplesSeen);
        json.WriteEndObject();
    }

    // JSON has no NaN: what is not known, or no number, is null.
    static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number)) json.WriteNumber(name, number); else json.WriteNull(name);
    }
}
