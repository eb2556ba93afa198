namespace NativeSsl.Tests.Images;

/// <summary>
/// Baseline JPEG files for tests, as plain as the format allows: every quantiser is 1, so that what is decoded is within a grey or two, and
/// every code of every table has eight bits, so that the code of a symbol is its place.
/// </summary>
static class JpegWriter
{
    static readonly byte[] Steep = [.. Enumerable.Range(0, 12).Select(size => (byte)size)];
    static readonly byte[] Flat =
        [.. Enumerable.Range(0, 16).SelectMany(run => Enumerable.Range(1, 10).Select(size => (byte)(run << 4 | size))), 0x00, 0xF0];
    static readonly int[] ZigZag =
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    /// <summary>Height and width are multiples of 8, channels 1 or 3.</summary>
    public static byte[] Write(int height, int width, int channels, byte[] pixels) =>
    [
        0xFF, 0xD8, .. Tables, .. Frame(height, width, channels), .. Scan(channels), .. Coded(height, width, channels, pixels), 0xFF, 0xD9,
    ];

    public static byte[] Tables =>
    [
        .. Segment(0xDB, [0, .. Enumerable.Repeat((byte)1, 64)]), .. Segment(0xC4, Codes(0x00, Steep)), .. Segment(0xC4, Codes(0x10, Flat)),
    ];

    public static byte[] Frame(int height, int width, int channels, byte marker = 0xC0) => Segment(marker,
        [8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, (byte)channels,
            .. Enumerable.Range(1, channels).SelectMany(component => new byte[] { (byte)component, 0x11, 0 })]);

    public static byte[] Scan(int channels) => Segment(0xDA,
        [(byte)channels, .. Enumerable.Range(1, channels).SelectMany(component => new byte[] { (byte)component, 0 }), 0, 63, 0]);

    public static byte[] Segment(byte marker, byte[] content) =>
        [0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content];

    static byte[] Codes(byte kind, byte[] symbols) => [kind, 0, 0, 0, 0, 0, 0, 0, (byte)symbols.Length, 0, 0, 0, 0, 0, 0, 0, 0, .. symbols];

    public static byte[] Coded(int height, int width, int channels, byte[] pixels)
    {
        Bits bits = new();
        int[] before = new int[channels];
        for (int block = 0; block < height * width / 64; block++)
            for (int c = 0; c < channels; c++)
            {
                int top = block / (width / 8) * 8, left = block % (width / 8) * 8;
                int[] values = Transform((y, x) => Component(pixels, ((top + y) * width + left + x) * channels, channels, c));
                bits.Add(Steep, 0, values[0] - before[c]);
                before[c] = values[0];
                int run = 0, last = Array.FindLastIndex(ZigZag, place => values[place] != 0);
                for (int i = 1; i <= last; i++, run++)
                {
                    if (values[ZigZag[i]] == 0) continue;
                    for (; run > 15; run -= 16) bits.Add(Flat, 15, 0);
                    bits.Add(Flat, run, values[ZigZag[i]]);
                    run = -1;
                }
                if (last < 63) bits.Add(Flat, 0, 0);
            }
        return bits.End();
    }

    // The colours of the format: ITU-T T.871, section 7.
    static double Component(byte[] pixels, int place, int channels, int component)
    {
        if (channels == 1) return pixels[place] - 128;
        double red = pixels[place], green = pixels[place + 1], blue = pixels[place + 2];
        return component switch
        {
            0 => 0.299 * red + 0.587 * green + 0.114 * blue - 128,
            1 => -0.168736 * red - 0.331264 * green + 0.5 * blue,
            _ => 0.5 * red - 0.418688 * green - 0.081312 * blue,
        };
    }

    // ITU-T T.81, section A.3.3, as it stands there.
    static int[] Transform(Func<int, int, double> value)
    {
        int[] values = new int[64];
        for (int v = 0; v < 8; v++)
            for (int u = 0; u < 8; u++)
            {
                double sum = 0;
                for (int y = 0; y < 8; y++)
                    for (int x = 0; x < 8; x++)
                        sum += value(y, x) * Math.Cos((2 * x + 1) * u * Math.PI / 16) * Math.Cos((2 * y + 1) * v * Math.PI / 16);
                values[v * 8 + u] = (int)Math.Round(sum / 4 * (u == 0 ? Math.Sqrt(0.5) : 1) * (v == 0 ? Math.Sqrt(0.5) : 1));
            }
        return values;
    }

    sealed class Bits
    {
        readonly List<byte> _bytes = [];
        int _held, _count;

        /// <summary>A run of zeros and a value: the code of both, then the value's bits, less one if it is negative.</summary>
        public void Add(byte[] symbols, int run, int value)
        {
            int size = 0;
            while (Math.Abs(value) >> size != 0) size++;
            Add(Array.IndexOf(symbols, (byte)(run << 4 | size)), 8);
            Add((value < 0 ? value - 1 : value) & ((1 << size) - 1), size);
        }

        void Add(int bits, int count)
        {
            for (int i = count - 1; i >= 0; i--)
            {
                _held = _held << 1 | (bits >> i & 1);
                if (++_count < 8) continue;
                _bytes.Add((byte)_held);
                if ((byte)_held == 0xFF) _bytes.Add(0);
                (_held, _count) = (0, 0);
            }
        }

        public byte[] End()
        {
            while (_count != 0) Add(1, 1);
            return [.. _bytes];
        }
    }
}
