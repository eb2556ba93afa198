using System.Buffers.Binary;
using System.Globalization;

namespace NativeSsl;

/// <summary>
/// What NativeSsl adds to a safetensors file, in its metadata, where other programs do not mind: a version, the CRC-32C of every tensor in
/// the order of the file, and the CRC-32C of the header itself, computed with zeros in its own place. Without them a flipped bit in the
/// data, and many a one in the header, goes unnoticed.
/// </summary>
static class SafetensorsChecksums
{
    /// <summary>What all our keys begin with.</summary>
    public const string Prefix = "nativessl.";
    public const string VersionKey = Prefix + "version", TensorsKey = Prefix + "crc32c", HeaderKey = Prefix + "header_crc32c";
    public const int Version = 1, Digits = 8;
    public const string Blank = "00000000";

    /// <summary>Checks the header's own sum and hands every tensor its sum; does nothing to a file without our keys.</summary>
    /// <param name="header">The parsed header.</param>
    /// <param name="json">Its bytes.</param>
    /// <param name="file">Named in errors.</param>
    /// <exception cref="MalformedFileException">The header was changed after it was written, or a newer version wrote it.</exception>
    public static void Check(SafetensorsHeader header, ReadOnlySpan<byte> json, string file)
    {
        string[] ours = [.. header.Metadata.Keys.Where(static key => key.StartsWith(Prefix, StringComparison.Ordinal))];
        if (ours.Length == 0) return;
        if (!header.Metadata.TryGetValue(VersionKey, out string? version)
            || !int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            throw Damaged(file, $"the metadata has {SafetensorsHeader.Quote(ours[0])} but no {VersionKey}");
        if (number > Version)
            throw new MalformedFileException(file, $"{VersionKey} is {number}; this program reads up to {Version}. Use a newer one.");
        if (!header.Metadata.TryGetValue(TensorsKey, out string? sums)
            || !header.Metadata.TryGetValue(HeaderKey, out string? claimed) || claimed.Length != Digits)
            throw Damaged(file, $"the metadata lacks {TensorsKey} or {HeaderKey}");
        if (HeaderSum(json, header.MetadataPlaces[HeaderKey]) != claimed)
            throw Damaged(file, $"the header does not have its checksum {claimed}");

        SafetensorsEntry[] entries = header.InFileOrder();
        if (sums.Length != entries.Length * Digits)
            throw Damaged(file, $"{TensorsKey} does not have {Digits} digits for each of {entries.Length} tensors");
        for (int i = 0; i < entries.Length; i++) entries[i].Checksum = sums.Substring(i * Digits, Digits);
    }

    /// <summary>The sum over the header's length and its bytes, those of the sum itself taken as zeros.</summary>
    public static string HeaderSum(ReadOnlySpan<byte> json, int place)
    {
        Span<byte> length = stackalloc byte[SafetensorsHeader.LengthBytes];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        uint state = Crc32C.Append(Crc32C.Start, length);
        state = Crc32C.Append(state, json[..place]);
        state = Crc32C.Append(state, "00000000"u8);
        return Crc32C.Finish(Crc32C.Append(state, json[Math.Min(json.Length, place + Digits)..]));
    }

    static MalformedFileException Damaged(string file, string what) => new(file,
        $"{what}: it was damaged, or changed by another program that kept NativeSsl's metadata. " +
            "Read it with verify: false if you trust it.");
}
