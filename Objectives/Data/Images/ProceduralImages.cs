namespace NativeSsl;

/// <summary>
/// The images that come with the library, so that everything runs without a file. Each shows some figures of one kind: that kind is its
/// class. Nothing else tells it: how many there are, where, how large, how tilted, of which colours, on which ground, in which light
/// and among which strokes is drawn anew for every image, colours for every figure. So two crops of an image have little in common but
/// the kind, which neither mirroring nor other colours change; pixels or colours compared as they are do not find it.
/// </summary>
public static class ProceduralImages
{
    /// <summary>Rows, and pixels in a row.</summary>
    internal const int Side = 32;

    // test images are drawn from streams of their own, behind those of any training image
    const ulong TestStreams = 1UL << 40;

    /// <summary>The size of every image.</summary>
    public static ImageSize Size => new(Side, Side, 3);

    /// <summary>Images to train on; the classes take turns.</summary>
    /// <param name="count">How many; more of them begin with the same ones.</param>
    /// <param name="seed">The same seed gives the same images on every machine.</param>
    public static ImageSet Train(int count = 5000, ulong seed = 1) => Draw("built-in, train", count, seed, 0);

    /// <summary>Images to test on, none of which is among those of <see cref="Train"/>.</summary>
    /// <inheritdoc cref="Train"/>
    public static ImageSet Test(int count = 1000, ulong seed = 1) => Draw("built-in, test", count, seed, TestStreams);

    static ImageSet Draw(string name, int count, ulong seed, ulong streams)
    {
        byte[] pixels = new byte[checked(count * Size.Bytes)];
        int[] labels = new int[count];
        Parallel.For(0, count, i =>
        {
            labels[i] = i % Figures.Names.Length;
            new Canvas(new RandomSource(seed, streams + (ulong)i)).Draw(labels[i]).CopyTo(pixels.AsSpan(i * Size.Bytes, Size.Bytes));
        });
        return new(name, Size, pixels, labels, Figures.Names);
    }

    /// <summary>One image, drawn from the back to the front. Only operations that every processor rounds alike are used:
    /// no sine, no power.</summary>
    sealed class Canvas(RandomSource random)
    {
        const int Samples = 2;

        readonly float[] _light = new float[Side * Side * 3];

        internal byte[] Draw(int figure)
        {
            Ground();
            for (int strokes = 3 + random.NextInt(4); strokes > 0; strokes--) Stroke();
            foreach ((float x, float y, float radius) in Places()) Figure(figure, x, y, radius);
            for (int strokes = random.NextInt(3); strokes > 0; strokes--) Stroke();
            return Expose();
        }

        // A large figure about the middle, and up to two small ones where they find room.
        List<(float X, float Y, float Radius)> Places()
        {
            List<(float X, float Y, float Radius)> places = [(Between(12, 20), Between(12, 20), Between(8, 12))];
            for (int tries = 0, wanted = 1 + random.NextInt(3); tries < 40 && places.Count < wanted; tries++)
            {
                float x = Between(2, Side - 2), y = Between(2, Side - 2), radius = Between(4, 6.5f);
                if (!places.Exists(other => Square(other.X - x) + Square(other.Y - y) < Square(0.9f * (other.Radius + radius))))
                    places.Add((x, y, radius));
            }
            return places;
        }

        // Four colours at the corners, blended.
        void Ground()
        {
            float[] corners = [.. Enumerable.Range(0, 12).Select(_ => random.NextUniform())];
            for (int y = 0; y < Side; y++)
                for (int x = 0; x < Side; x++)
                    for (int c = 0; c < 3; c++)
                    {
                        float across = x / (Side - 1f), down = y / (Side - 1f);
                        _light[(y * Side + x) * 3 + c] = (corners[c] * (1 - across) + corners[3 + c] * across) * (1 - down)
                            + (corners[6 + c] * (1 - across) + corners[9 + c] * across) * down;
                    }
        }

        void Figure(int figure, float x, float y, float radius)
        {
            float tilt = Between(-0.35f, 0.35f), cos = 1 / MathF.Sqrt(1 + tilt * tilt), sin = tilt * cos;
            if (random.NextInt(2) == 0) (cos, sin) = (-cos, -sin);
            float squeeze = Between(0.8f, 1.25f);
            Span<float> colour = stackalloc float[3];
            Contrasting(colour, (int)x, (int)y);
            Paint(colour, x, y, radius * 1.5f, 1, (dx, dy) =>
                Figures.Contains(figure, (dx * cos + dy * sin) / (radius * squeeze), (dy * cos - dx * sin) * squeeze / radius));
        }

        void Stroke()
        {
            (float cos, float sin) = Direction();
            float length = Between(3, 10), width = Between(0.4f, 1);
            Span<float> colour = [random.NextUniform(), random.NextUniform(), random.NextUniform()];
            Paint(colour, Between(0, Side), Between(0, Side), length + 1, Between(0.5f, 1), (dx, dy) =>
                MathF.Abs(dx * cos + dy * sin) < length && MathF.Abs(dy * cos - dx * sin) < width);
        }

        /// <summary>Covers each pixel with as much colour as there are of its samples inside.</summary>
        void Paint(ReadOnlySpan<float> colour, float x, float y, float reach, float strength, Func<float, float, bool> inside)
        {
            for (int row = Math.Max(0, (int)(y - reach)); row < Math.Min(Side, y + reach); row++)
                for (int column = Math.Max(0, (int)(x - reach)); column < Math.Min(Side, x + reach); column++)
                {
                    int hits = 0;
                    for (int i = 0; i < Samples * Samples; i++)
                        if (inside(column + (i % Samples + 0.5f) / Samples - x, row + (i / Samples + 0.5f) / Samples - y)) hits++;
                    float cover = strength * hits / (Samples * Samples);
                    for (int c = 0; c < 3; c++)
                        _light[(row * Side + column) * 3 + c] += cover * (colour[c] - _light[(row * Side + column) * 3 + c]);
                }
        }

        // A figure has to be seen: its colour is far enough from what lies under its centre.
        void Contrasting(Span<float> colour, int x, int y)
        {
            float distance;
            do
            {
                distance = 0;
                for (int c = 0; c < 3; c++)
                {
                    colour[c] = random.NextUniform();
                    distance += Square(colour[c] - _light[(y * Side + x) * 3 + c]);
                }
            }
            while (distance < 0.3f);
        }

        // Light that falls off to one side, and the noise of a sensor: the sum of two bytes, which is nearly normal.
        byte[] Expose()
        {
            byte[] pixels = new byte[_light.Length];
            (float cos, float sin) = Direction();
            float slope = Between(0, 0.3f), bright = Between(0.8f, 1.1f), noise = Between(2, 8) / 128;
            for (int i = 0; i < pixels.Length; i += 3)
            {
                float across = (i / 3 % Side * 2f / Side - 1) * cos + (i / 3 / Side * 2f / Side - 1) * sin;
                float light = bright * (1 + slope * across);
                ulong grain = ((ulong)random.NextBits() << 32) | random.NextBits();
                for (int c = 0; c < 3; c++, grain >>= 16)
                {
                    float value = 255 * light * _light[i + c] + noise * ((int)(grain & 255) + (int)(grain >> 8 & 255) - 255);
                    pixels[i + c] = (byte)(Math.Clamp(value, 0, 255) + 0.5f);
                }
            }
            return pixels;
        }

        float Between(float low, float high) => low + (high - low) * random.NextUniform();

        // A point in the unit circle, drawn until there is one, pushed out to its rim.
        (float Cos, float Sin) Direction()
        {
            while (true)
            {
                float x = Between(-1, 1), y = Between(-1, 1), square = x * x + y * y;
                if (square is > 0.01f and <= 1) return (x / MathF.Sqrt(square), y / MathF.Sqrt(square));
            }
        }

        static float Square(float value) => value * value;
    }
}
