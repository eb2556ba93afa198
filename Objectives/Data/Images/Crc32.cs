namespace NativeSsl;

/// <summary>The checksum of PNG's chunks (Portable Network Graphics Specification, annex D); not the one of safetensors files.</summary>
static class Crc32
{
    static readonly uint[] Table = MakeTable();

    internal static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint sum = uint.MaxValue;
        foreach (byte value in bytes) sum = Table[(byte)(sum ^ value)] ^ (sum >> 8);
        return ~sum;
    }

    static uint[] MakeTable()
    {
        const uint Polynomial = 0xEDB88320;
        uint[] table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint sum = i;
            for (int bit = 0; bit < 8; bit++) sum = (sum & 1) == 0 ? sum >> 1 : Polynomial ^ (sum >> 1);
            table[i] = sum;
        }
        return table;
    }
}
