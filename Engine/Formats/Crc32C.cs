using System.Numerics;
using System.Runtime.InteropServices;

namespace NativeSsl;

/// <summary>The Castagnoli checksum, for which processors have an instruction.
/// It finds every change of up to 32 neighbouring bits.</summary>
static class Crc32C
{
    /// <summary>The state before the first byte.</summary>
    public const uint Start = 0xFFFFFFFF;

    /// <summary>The state after more bytes; they may come in pieces of any size.</summary>
    public static uint Append(uint state, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words) state = BitOperations.Crc32C(state, word);
        foreach (byte rest in bytes[(words.Length * sizeof(ulong))..]) state = BitOperations.Crc32C(state, rest);
        return state;
    }

    /// <summary>The checksum as eight lower-case hexadecimal digits.</summary>
    public static string Finish(uint state) => (~state).ToString("x8", System.Globalization.CultureInfo.InvariantCulture);
}
