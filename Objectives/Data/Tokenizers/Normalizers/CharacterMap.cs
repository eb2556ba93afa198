using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>
/// SentencePiece's precompiled normalization, as T5 uses it (nmt_nfkc): at each place the longest key in the table is replaced by its value.
/// The table is a double-array trie (Aoe 1989, "An efficient digital search algorithm by using a double-array structure") over UTF-8 bytes,
/// in the layout of darts-clone, followed by the values, each ended by a zero byte.
/// </summary>
sealed class CharacterMap : INormalizer
{
    readonly byte[] _all;
    readonly uint[] _units;
    readonly byte[] _values;

    /// <param name="all">Length of the trie in bytes as 32 bits, little-endian; the trie; the values.</param>
    /// <param name="file">Named in errors.</param>
    /// <exception cref="MalformedFileException">The lengths do not fit.</exception>
    internal CharacterMap(byte[] all, string file)
    {
        uint length = all.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(all);
        if (length is 0 || length % 4 != 0 || length > all.Length - 4)
            throw new MalformedFileException(file, $"field 'precompiled_charsmap' has {all.Length} bytes, of which its trie claims {length}; it is damaged.");
        _all = all;
        _units = new uint[length / 4];
        for (int i = 0; i < _units.Length; i++) _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(all.AsSpan(4 + 4 * i));
        _values = all[(4 + (int)length)..];
    }

    /// <inheritdoc/>
    public string Apply(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        ByteBuffer mapped = new(bytes.Length + 16);
        for (int at = 0; at < bytes.Length;)
        {
            int length = Longest(bytes.AsSpan(at), out ReadOnlySpan<byte> value);
            if (length == 0)
            {
                Rune.DecodeFromUtf8(bytes.AsSpan(at), out _, out length);
                value = bytes.AsSpan(at, length);
            }
            mapped.Append(value);
            at += length;
        }
        return mapped.Text();
    }

    // A unit is a label (the byte that leads to it) or a value, the offset of its children, and whether one of them is a leaf. Children of unit p
    // with offset o stand at p ^ o ^ byte. A damaged table leads outside, which is "no key" here, never an access.
    int Longest(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        int longest = 0;
        value = default;
        uint place = Offset(_units[0]);
        for (int i = 0; i < key.Length; i++)
        {
            place ^= key[i];
            if (place >= _units.Length) break;
            uint unit = _units[place];
            if ((unit & (1u << 31 | 0xFF)) != key[i]) break;
            place ^= Offset(unit);
            if (place >= _units.Length) break;
            if ((unit >> 8 & 1) == 0) continue;
            uint start = _units[place] & ~(1u << 31);
            if (start >= _values.Length) continue;
            int end = _values.AsSpan((int)start).IndexOf((byte)0);
            value = _values.AsSpan((int)start, end < 0 ? _values.Length - (int)start : end);
            longest = i + 1;
        }
        return longest;
    }

    static uint Offset(uint unit) => unit >> 10 << (int)((unit & 1u << 9) >> 6);

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "Precompiled");
        json.WriteBase64String("precompiled_charsmap", _all);
        json.WriteEndObject();
    }
}
