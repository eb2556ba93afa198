namespace NativeSsl.Tests;

/// <summary>Random damage, the same in every run.</summary>
static class Mutations
{
    /// <summary>Reads damaged copies; anything but a <see cref="MalformedFileException"/> fails the test.</summary>
    /// <returns>How many were taken all the same.</returns>
    public static int Try(byte[] seed, int count, Action<byte[]> read)
    {
        RandomSource random = new(42, 0);
        int taken = 0;
        for (int i = 0; i < count; i++)
            try
            {
                read(Mutate(seed, random));
                taken++;
            }
            catch (MalformedFileException) { }
        return taken;
    }

    public static byte[] Mutate(byte[] seed, RandomSource random)
    {
        ReadOnlySpan<byte> tokens = "{}[]:,\"0123456789-.eE\\u "u8;
        List<byte> bytes = [.. seed];
        for (int edits = 1 + random.NextInt(4); edits > 0 && bytes.Count > 0; edits--)
        {
            int place = random.NextInt(bytes.Count), length = Math.Min(1 + random.NextInt(8), bytes.Count - place);
            switch (random.NextInt(6))
            {
                case 0: bytes[place] = (byte)random.NextBits(); break;
                case 1: bytes[place] ^= (byte)(1 << random.NextInt(8)); break;
                case 2: bytes[place] = tokens[random.NextInt(tokens.Length)]; break;
                case 3: bytes.InsertRange(place, bytes.GetRange(place, length)); break;
                case 4: bytes.RemoveRange(place, length); break;
                default: bytes.RemoveRange(place, bytes.Count - place); break;
            }
        }
        return [.. bytes];
    }
}
