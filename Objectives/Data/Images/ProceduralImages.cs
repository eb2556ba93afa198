namespace NativeSsl;

/// <summary>
/// The images that come with the library, so that everything runs without a file. Each is strewn with figures of one kind: that kind is
/// its class. Nothing else tells it: how large they are and on which ground is drawn anew for every image, where, how tilted and of which
/// colour for every figure. Colours are near grey and as often lighter as darker than the ground, so two crops of an image have little in
/// common but the kind, which neither mirroring nor other colours change; pixels or colours compared as they are do not find it.
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
            for (int strokes = random.NextInt(3); strokes > 0; strokes--) Stroke();
            foreach ((float x, float y, float radius) in Places()) Figure(figure, x, y, radius);
            return Expose();
        }

        // Tried at random, kept where there is room: as many as find some.
        List<(float X, float Y, float Radius)> Places()
        {
            List<(float X, float Y, float Radius)> places = [];
            float usual = Between(4.5f, 7);
            for (int tries = 0; tries < 60; tries++)
            {
                float x = Between(1, Side - 1), y = Between(1, Side - 1), radius = usual * Between(0.85f, 1.15f);
                if (!places.Exists(other => Square(other.X - x) + Square(other.Y - y) < Square(0.95f * (other.Radius + radius))))
                    places.Add((x, y, radius));
            }
            return places;
        }

        // A grey with a touch of colour, a little lighter on one side.
        void Ground()
        {
            float grey = Between(0.35f, 0.65f);
            float[] tint = [.. Enumerable.Range(0, 3).Select(_ => grey + Between(-0.04f, 0.04f))];
            for (int i = 0; i < _light.Length; i++) _light[i] = tint[i % 3];
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
            float grey = random.NextUniform();
            Span<float> colour = [grey, grey, grey];
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

        // A figure has to be seen: lighter or darker than what lies under its centre.
        void Contrasting(Span<float> colour, int x, int y)
        {
            float contrast = Between(0.22f, 0.35f) * (random.NextInt(2) == 0 ? 1 : -1);
            for (int c = 0; c < 3; c++) colour[c] = _light[(y * Side + x) * 3 + c] + contrast + Between(-0.06f, 0.06f);
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
