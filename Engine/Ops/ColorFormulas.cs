using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>What is done to the colours of an image: the definitions of torchvision.</summary>
public enum ColorChange
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>Mixed with black: factor · x.</summary>
    Brightness,
    /// <summary>Mixed with the mean grey of the image: factor · x + (1 − factor) · mean.</summary>
    Contrast,
    /// <summary>Mixed with its own grey: factor · x + (1 − factor) · grey; factor 0 makes it grey. A grey image stays as it is.</summary>
    Saturation,
    /// <summary>Turned around the colour circle by so many turns, −½ … ½. A grey image stays as it is.</summary>
    Hue,
    /// <summary>1 − x where x is at least the factor: a film developed in the light.</summary>
    Solarize,
}

/// <summary>One change of colour.</summary>
/// <param name="Change">What is done.</param>
/// <param name="Factor">How much; at which brightness for <see cref="ColorChange.Solarize"/>.</param>
public readonly record struct ColorStep(ColorChange Change, float Factor);

/// <summary>The changes of colour over lanes: red, green and blue of sixteen pixels, or of one. Written once,
/// for the CPU and for GPUs.</summary>
public static class ColorFormulas
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>How bright a colour looks (ITU-R BT.601). The weights add up to one, so that grey is its own grey.</summary>
    [MethodImpl(Inline)]
    public static T Grey<T>(T r, T g, T b) where T : struct, ILane<T> =>
        T.MultiplyAdd(T.Of(0.299f), r, T.MultiplyAdd(T.Of(0.587f), g, T.Of(0.114f) * b));

    /// <summary>factor · x + (1 − factor) · other, kept within 0 … 1.</summary>
    [MethodImpl(Inline)]
    public static T Blend<T>(T x, T other, T factor) where T : struct, ILane<T> =>
        T.Min(T.Max(T.MultiplyAdd(factor, x, (T.Of(1f) - factor) * other), T.Of(0f)), T.Of(1f));

    /// <summary>1 − x where x is not below the threshold.</summary>
    [MethodImpl(Inline)]
    public static T Solarize<T>(T x, T threshold) where T : struct, ILane<T> => T.IfLess(x, threshold, x, T.Of(1f) - x);

    /// <summary>Turns the hue by <paramref name="turns"/>, in −½ … ½, and keeps the largest and the smallest of the three.</summary>
    // Hue in sixths of a turn: h = (g − b)/c if red is the largest, 2 + (b − r)/c if green is, else 4 + (r − g)/c, with c = max − min.
    // Back from there, with no case for each sixth: max − c · clamp(min(k, 4 − k), 0, 1), k = (n + h) mod 6, n = 5, 3, 1 for r, g, b.
    [MethodImpl(Inline)]
    public static void TurnHue<T>(ref T r, ref T g, ref T b, T turns) where T : struct, ILane<T>
    {
        T max = T.Max(r, T.Max(g, b)), min = T.Min(r, T.Min(g, b)), c = max - min, one = T.IfLess(T.Of(0f), c, c, T.Of(1f));
        T ofBlue = T.Of(4f) + (r - g) / one, ofGreen = T.Of(2f) + (b - r) / one, ofRed = (g - b) / one;
        T h = T.MultiplyAdd(T.Of(6f), turns, T.IfLess(r, max, T.IfLess(g, max, ofBlue, ofGreen), ofRed));      // −4 … 8
        h = T.IfLess(h, T.Of(0f), h + T.Of(6f), h);
        r = Part(max, c, h + T.Of(5f));
        g = Part(max, c, h + T.Of(3f));
        b = Part(max, c, h + T.Of(1f));
    }

    // k lies in 1 … 13, and in 1 … 11 but for h beyond 6.
    [MethodImpl(Inline)]
    static T Part<T>(T max, T c, T k) where T : struct, ILane<T>
    {
        k = T.IfLess(k, T.Of(6f), k, k - T.Of(6f));
        k = T.IfLess(k, T.Of(6f), k, k - T.Of(6f));
        return max - c * T.Max(T.Of(0f), T.Min(T.Of(1f), T.Min(k, T.Of(4f) - k)));
    }
}
