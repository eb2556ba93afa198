using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>▁ is a space again, but not before the first word.</summary>
sealed class MetaspaceDecoder : IPieceDecoder
{
    /// <inheritdoc/>
    public string Decode(PieceTable pieces, IReadOnlySet<int> added, ReadOnlySpan<int> ids)
    {
        StringBuilder text = new();
        bool first = true;
        foreach (int id in ids)
        {
            string piece = pieces[id];
            if (added.Contains(id)) text.Append(piece);
            else text.Append((first && BeginsWord(piece) ? piece[1..] : piece).Replace(MetaspaceSplit.Mark, ' '));
            first = false;
        }
        return text.ToString();
    }

    /// <inheritdoc/>
    public bool BeginsWord(string piece) => piece.StartsWith(MetaspaceSplit.Mark);

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        MetaspaceSplit.WriteFields(json);
    }
}
