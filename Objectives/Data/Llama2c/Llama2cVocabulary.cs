using System.Buffers.Binary;
using System.Text;

namespace NativeSsl;

/// <summary>
/// A vocabulary file of llama2.c (Karpathy 2023): the length of the longest piece, then for each token its score, a float, its length in bytes, a whole number
/// of 32 bits, and the bytes; little-endian. Tokens 0, 1 and 2 are the unknown, the beginning and the end; the next 256 are the bytes, written
/// <c>&lt;0x00&gt;</c> … <c>&lt;0xFF&gt;</c>; the others are pieces of text.
/// </summary>
sealed class Llama2cVocabulary
{
    /// <summary>The unknown token, the beginning of a text, its end, and the token of byte 0.</summary>
    internal const int Unknown = 0, Begin = 1, End = 2, FirstByte = 3;
    /// <summary>The first token that is a piece of text.</summary>
    internal const int FirstPiece = FirstByte + 256;

    /// <summary>The file.</summary>
    internal byte[] Bytes { get; }
    /// <summary>The bytes of each token.</summary>
    internal List<byte[]> Pieces { get; } = [];
    /// <summary>The score of each token: of two possible merges, that with the higher score comes first.</summary>
    internal List<float> Scores { get; } = [];

    /// <param name="bytes">The file.</param>
    /// <param name="file">Its name, for errors.</param>
    /// <exception cref="MalformedFileException">It is no such file; the message says where.</exception>
    internal Llama2cVocabulary(byte[] bytes, string file)
    {
        Bytes = bytes;
        if (bytes.Length < 4) throw new MalformedFileException(file, $"it has {bytes.Length} bytes; a vocabulary of llama2.c begins with four.");
        int longest = Whole(0), at = 4;
        if (longest < 1) throw new MalformedFileException(file, $"byte 0: the longest token has {longest} bytes; is this a vocabulary of llama2.c?");
        while (at < bytes.Length)
        {
            if (bytes.Length - at < 8)
                throw new MalformedFileException(file, $"it ends at byte {bytes.Length}, within the score and the length of token {Pieces.Count}; cut short?");
            (float score, int length) = (BitConverter.Int32BitsToSingle(Whole(at)), Whole(at + 4));
            if (float.IsNaN(score)) throw new MalformedFileException(file, $"byte {at}: the score of token {Pieces.Count} is NaN, which has no place among the others.");
            if (length < 1 || length > longest)
                throw new MalformedFileException(file, $"byte {at + 4}: token {Pieces.Count} has {length} bytes; 1 to {longest} are possible, as byte 0 says.");
            if (length > bytes.Length - at - 8)
                throw new MalformedFileException(file, $"it ends at byte {bytes.Length}, within token {Pieces.Count} of {length} bytes; cut short?");
            byte[] piece = bytes[(at + 8)..(at + 8 + length)];
            if (Pieces.Count is >= FirstByte and < FirstPiece && Encoding.Latin1.GetString(piece) != NameOfByte(Pieces.Count - FirstByte))
                throw new MalformedFileException(file, $"byte {at + 8}: token {Pieces.Count} is not {NameOfByte(Pieces.Count - FirstByte)}; " +
                    "without tokens for the 256 bytes there would be texts that it cannot take.");
            Pieces.Add(piece);
            Scores.Add(score);
            at += 8 + length;
        }
        if (Pieces.Count < FirstPiece)
            throw new MalformedFileException(file, $"it has {Pieces.Count} tokens; {FirstPiece} are needed for the unknown, beginning, end, and the 256 bytes. Cut short?");
    }

    int Whole(int at) => BinaryPrimitives.ReadInt32LittleEndian(Bytes.AsSpan(at));

    internal static string NameOfByte(int value) => FormattableString.Invariant($"<0x{value:X2}>");
}
