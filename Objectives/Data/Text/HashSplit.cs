using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace NativeSsl;

/// <summary>
/// Divides texts that come without a division: where a text goes depends on its own characters and on nothing else, so that equal texts stay together,
/// and texts that are added or taken away move no others.
/// </summary>
public static class HashSplit
{
    /// <summary>The part of a text: 0 to learn from (eight of ten), 1 to choose by, 2 to test on (one of ten each).</summary>
    /// <param name="text">Spaces at its ends do not count.</param>
    /// <param name="train">The share to learn from.</param>
    /// <param name="validation">The share to choose by.</param>
    /// <exception cref="NativeSslException">Shares are negative, or more than all together.</exception>
    // Bytes 8 to 15 of SHA-256: the first byte has been used by some files to pick their lines.
    public static int Of(string text, double train = 0.8, double validation = 0.1)
    {
        if (!(train >= 0 && validation >= 0 && train + validation <= 1))
            throw new NativeSslException(FormattableString.Invariant($"HashSplit: shares of {train} and {validation}; they must be 0 … 1 together."));
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(text.Trim()));
        double u = (BinaryPrimitives.ReadUInt64BigEndian(hash.AsSpan(8)) >> 11) * (1.0 / (1UL << 53));
        return u < train ? 0 : u < train + validation ? 1 : 2;
    }

    /// <summary>The places of each part.</summary>
    internal static TextParts<int[]> Places(IReadOnlyList<string> texts)
    {
        List<int>[] parts = [[], [], []];
        for (int i = 0; i < texts.Count; i++) parts[Of(texts[i])].Add(i);
        return new([.. parts[0]], [.. parts[1]], [.. parts[2]]);
    }
}
