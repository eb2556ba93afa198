using System.Buffers;
using System.Text.Json;

namespace NativeSsl;

/// <summary>
/// Hugging Face's <c>tokenizer_config.json</c>: which special token is which, by name. Without it that library takes the names for granted that the published model of the family
/// has, and adds those that are missing behind the end of the table of tokens.
/// </summary>
static class TokenizerConfig
{
    internal const string FileName = "tokenizer_config.json";

    internal static void Write(string path, PieceTokenizer tokenizer, int context)
    {
        SpecialTokens special = tokenizer.Special;
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("tokenizer_class", "PreTrainedTokenizerFast");
            json.WriteNumber("model_max_length", context);
            foreach ((string name, int? id) in new[]
            {
                ("cls_token", special.Begin), ("sep_token", special.Separator), ("mask_token", special.Mask), ("pad_token", special.Padding), ("unk_token", special.Unknown),
                ("bos_token", special.End is null ? null : special.Begin), ("eos_token", special.End),
            })
                if (id is { } token) json.WriteString(name, tokenizer.Piece(token));
            json.WriteEndObject();
        }
        bytes.Write("\n"u8);
        AtomicFile.Write(path, bytes.WrittenMemory);
    }
}
