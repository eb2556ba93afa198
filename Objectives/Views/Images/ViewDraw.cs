namespace NativeSsl;

/// <summary>
/// The random choices of one view of one image: a pure function of seed, stream and number, drawn on the host, so that every device shows
/// the same.
/// </summary>
readonly struct ViewDraw(ulong seed, ulong stream, ulong number)
{
    // Philox gives four numbers for each counter; a view has sixteen counters, ten of them for the attempts at a crop.
    const int Counters = 16, Attempts = 10, Choices = 10, Strengths = 11, Order = 12;

    /// <summary>Changes of colour before the blur: a clamp, four of jitter, grey.</summary>
    public const int Steps = 6;

    (uint A, uint B, uint C, uint D) Block(int counter) => Philox.Block(seed, stream, number * Counters + (uint)counter);

    static float Between(uint bits, float least, float most) => least + Philox.Uniform(bits) * (most - least);

    static bool Happens(uint bits, float probability) => Philox.Uniform(bits) < probability;

    // In 0 … bound − 1; bounds are small, so the bias is below one in a million.
    static int Below(uint bits, int bound) => (int)(((ulong)bits * (ulong)bound) >> 32);

    /// <summary>The part that is looked at, in whole pixels, as torchvision's RandomResizedCrop.get_params chooses it.</summary>
    public CropBox Box(Augmentation how, int height, int width)
    {
        bool flip = Happens(Block(Choices).A, how.FlipProbability);
        if (how.Crop is not { } crop) return new CropBox(0, 0, height, width, flip);
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            (uint a, uint b, uint c, uint d) = Block(attempt);
            double area = (double)height * width * Between(a, crop.MinimumArea, crop.MaximumArea);
            double aspect = Math.Exp(Between(b, MathF.Log(crop.MinimumAspect), MathF.Log(crop.MaximumAspect)));
            int columns = (int)Math.Round(Math.Sqrt(area * aspect)), rows = (int)Math.Round(Math.Sqrt(area / aspect));
            if (rows < 1 || columns < 1 || rows > height || columns > width) continue;
            return new CropBox(Below(c, height - rows + 1), Below(d, width - columns + 1), rows, columns, flip);
        }
        // The largest box of an aspect that is allowed, from the middle.
        double ratio = Math.Clamp((double)width / height, crop.MinimumAspect, crop.MaximumAspect);
        int tall = Math.Clamp((int)Math.Round(width / ratio), 1, height), wide = Math.Clamp((int)Math.Round(height * ratio), 1, width);
        return new CropBox((height - tall) / 2, (width - wide) / 2, tall, wide, flip);
    }

    /// <summary>The changes of colour before the blur, <see cref="Steps"/> of them.</summary>
    public void Colors(Augmentation how, Span<ColorStep> steps)
    {
        steps.Clear();
        // A bicubic filter oversteps black and white; a brightness of 1 only cuts that off.
        if (how.Interpolation == Interpolation.Bicubic) steps[0] = new(ColorChange.Brightness, 1f);
        (_, uint jitters, uint greys, _) = Block(Choices);
        if (how.Jitter is { } jitter && Happens(jitters, jitter.Probability))
        {
            (uint a, uint b, uint c, uint d) = Block(Strengths);
            Span<ColorStep> four = [Around(ColorChange.Brightness, a, jitter.Brightness), Around(ColorChange.Contrast, b, jitter.Contrast),
                Around(ColorChange.Saturation, c, jitter.Saturation), new(ColorChange.Hue, Between(d, -jitter.Hue, jitter.Hue))];
            // One of the 24 orders: the first of four, of the three that are left, of the two.
            int order = Below(Block(Order).A, 24);
            for (int left = 4, place = 1; left > 0; left--, place++)
            {
                int chosen = order % left;
                order /= left;
                steps[place] = four[chosen];
                four[(chosen + 1)..left].CopyTo(four[chosen..]);
            }
        }
        if (Happens(greys, how.GrayscaleProbability)) steps[5] = new(ColorChange.Saturation, 0f);
    }

    static ColorStep Around(ColorChange change, uint bits, float strength) =>
        new(change, Between(bits, Math.Max(0f, 1f - strength), 1f + strength));

    /// <summary>The deviation of the blur, in pixels; 0 for none.</summary>
    public float Sigma(Augmentation how) => how.Blur is { } blur && Happens(Block(Choices).D, blur.Probability)
        ? Between(Block(Order).B, blur.MinimumSigma, blur.MaximumSigma) : 0f;

    /// <summary>Inverts bright pixels, or does nothing.</summary>
    public ColorStep Solarization(Augmentation how) =>
        Happens(Block(Order).C, how.SolarizeProbability) ? new(ColorChange.Solarize, how.SolarizeThreshold) : default;
}
