namespace NativeSsl;

/// <summary>What the numbers of an <see cref="Augmentation"/> may be.</summary>
static class AugmentationRules
{
    /// <exception cref="NativeSslException">A number is out of its range; the message names it.</exception>
    public static void Check(this Augmentation augmentation)
    {
        Share(nameof(Augmentation.FlipProbability), augmentation.FlipProbability);
        Share(nameof(Augmentation.GrayscaleProbability), augmentation.GrayscaleProbability);
        Share(nameof(Augmentation.SolarizeProbability), augmentation.SolarizeProbability);
        Share(nameof(Augmentation.SolarizeThreshold), augmentation.SolarizeThreshold);
        if (augmentation.Size is { } size)
            Require(size is { Height: > 0, Width: > 0 }, $"Size is {size.Height} × {size.Width}", "a view needs one pixel at least");
        if (augmentation.Crop is { } crop)
        {
            Range("Crop's area", crop.MinimumArea, crop.MaximumArea, above: 0f, atMost: 1f);
            Range("Crop's aspect", crop.MinimumAspect, crop.MaximumAspect, above: 0f, atMost: 1000f);
        }
        if (augmentation.Jitter is { } jitter)
        {
            Share("Jitter.Probability", jitter.Probability);
            foreach ((string name, float strength, float most) in ((string, float, float)[])[("Brightness", jitter.Brightness, 100f),
                ("Contrast", jitter.Contrast, 100f), ("Saturation", jitter.Saturation, 100f), ("Hue", jitter.Hue, 0.5f)])
                Require(strength >= 0f && strength <= most, $"Jitter.{name} is {strength}", $"it must be in 0 … {most}");
        }
        if (augmentation.Blur is { } blur)
        {
            Share("Blur.Probability", blur.Probability);
            Range("Blur's sigma", blur.MinimumSigma, blur.MaximumSigma, above: 0f, atMost: 1000f);
        }
    }

    static void Share(string name, float value) => Require(value is >= 0f and <= 1f, $"{name} is {value}", "it must be in 0 … 1");

    static void Range(string name, float least, float most, float above, float atMost) =>
        Require(least > above && least <= most && most <= atMost, $"{name} goes from {least} to {most}",
            $"it must be above {above}, in order, and at most {atMost}");

    static void Require(bool holds, string found, string wanted)
    {
        if (!holds) throw new NativeSslException($"Augmentation: {found}; {wanted}.");
    }
}
