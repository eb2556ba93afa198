namespace NativeSsl;

/// <summary>
/// One axis of an image brought to another length: which pixels a pixel of the output is mixed from, and how much of each. Written once,
/// for the CPU and for GPUs.
/// </summary>
public readonly struct ResampledAxis
{
    readonly float _start, _size, _shrink, _support;
    readonly int _length, _cubic;

    /// <summary>The first pixel that the box touches.</summary>
    public int Low { get; }

    /// <summary>One behind the last pixel that it touches.</summary>
    public int High { get; }

    /// <param name="start">Where the box begins, in pixels.</param>
    /// <param name="size">How long it is, in pixels.</param>
    /// <param name="pixels">The pixels of the image along this axis.</param>
    /// <param name="length">The pixels of the output.</param>
    /// <param name="interpolation">The filter.</param>
    public ResampledAxis(float start, float size, int pixels, int length, Interpolation interpolation)
    {
        Low = (int)start;
        int high = (int)(start + size);
        if (high < start + size) high++;
        High = high > pixels ? pixels : high;
        // Counted from Low: places far from the corner of a large image keep their digits.
        (_start, _size, _length, _cubic) = (start - Low, size, length, interpolation == Interpolation.Bicubic ? 1 : 0);
        _shrink = size > length ? length / size : 1f;
        _support = (_cubic + 1) / _shrink;
    }

    /// <summary>Where the middle of pixel <paramref name="i"/> of the output lies, in pixels from <see cref="Low"/>.</summary>
    // One rounding for whole boxes: the products are exact.
    public float Centre(int i) => _start + (2 * i + 1) * _size / (2 * _length);

    /// <summary>The first pixel of the image that the output's pixel there is mixed from.</summary>
    public int First(float centre)
    {
        int first = (int)(centre - _support + 0.5f);
        return Low + (first < 0 ? 0 : first > High - Low - 1 ? High - Low - 1 : first);
    }

    /// <summary>One behind the last.</summary>
    public int End(float centre)
    {
        int end = Low + (int)(centre + _support + 0.5f), first = First(centre);
        return end > High ? High : end <= first ? first + 1 : end;
    }

    /// <summary>How much of pixel <paramref name="pixel"/> of the image goes into it, before division by the sum.</summary>
    public float Weight(float centre, int pixel)
    {
        float d = (pixel - Low + 0.5f - centre) * _shrink;
        if (d < 0f) d = -d;
        if (_cubic == 0) return d < 1f ? 1f - d : 0f;
        // (a + 2) d³ − (a + 3) d² + 1 and a d³ − 5a d² + 8a d − 4a, with a = −½
        return d < 1f ? (1.5f * d - 2.5f) * d * d + 1f : d < 2f ? ((-0.5f * d + 2.5f) * d - 4f) * d + 2f : 0f;
    }

    /// <summary>No pixel is mixed from more than this many.</summary>
    internal static int MostTaps(int pixels, int length, Interpolation interpolation)
    {
        float stretch = pixels > length ? (float)pixels / length : 1f;
        return 2 * (int)MathF.Ceiling((interpolation == Interpolation.Bicubic ? 2f : 1f) * stretch) + 1;
    }

    /// <summary>Writes the weights of pixel <paramref name="i"/>, whose sum is one. Pixels without weight at either end are left out,
    /// so that a box of the output's own size is copied.</summary>
    /// <returns>The pixel of the image to which the first weight belongs.</returns>
    internal unsafe int Weights(int i, float* weights, out int count)
    {
        float centre = Centre(i), sum = 0f;
        int first = First(centre), end = End(centre);
        while (end - first > 1 && Weight(centre, first) == 0f) first++;
        for (int pixel = first; pixel < end; pixel++) sum += weights[pixel - first] = Weight(centre, pixel);
        count = end - first;
        while (count > 1 && weights[count - 1] == 0f) count--;
        float each = 1f / sum;
        for (int k = 0; k < count; k++) weights[k] *= each;
        return first;
    }
}
