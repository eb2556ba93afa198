namespace NativeSsl.Tests.Objectives;

/// <summary>The statistics of what happens to images, over 10,000 views, against what the recipe says; the seed is fixed.</summary>
public sealed class ViewDrawTests
{
    const int Draws = 10_000;

    static IEnumerable<ViewDraw> All => Enumerable.Range(0, Draws).Select(i => new ViewDraw(5, 77, (ulong)i));

    static ColorStep[] Colors(ViewDraw draw, Augmentation how)
    {
        ColorStep[] steps = new ColorStep[ViewDraw.Steps];
        draw.Colors(how, steps);
        return steps;
    }

    static ColorStep[] Jitters(ViewDraw draw, Augmentation how) => Colors(draw, how)[1..5];

    [Theory, InlineData(ColorChange.Brightness, 0.2f, 1.8f), InlineData(ColorChange.Contrast, 0.2f, 1.8f),
        InlineData(ColorChange.Saturation, 0.2f, 1.8f), InlineData(ColorChange.Hue, -0.2f, 0.2f)]
    public void Factors_of_colour_fill_their_range_evenly(ColorChange change, float least, float most)
    {
        float[] factors = [.. All.SelectMany(draw => Jitters(draw, Augmentation.SimClrImageNet))
            .Where(step => step.Change == change).Select(step => step.Factor)];
        Assert.InRange(factors.Length, 0.8 * Draws - 200, 0.8 * Draws + 200);                         // five deviations
        Assert.InRange(factors.Min(), least, least + 0.01f * (most - least));
        Assert.InRange(factors.Max(), most - 0.01f * (most - least), most);
        // The mean of n uniform numbers deviates by range / √(12 n).
        Assert.Equal((least + most) / 2.0, factors.Average(f => (double)f), 5 * (most - least) / Math.Sqrt(12 * factors.Length));
        double[] tenths = [.. factors.GroupBy(f => Math.Min(9, (int)((f - least) / (most - least) * 10)))
            .Select(group => (double)group.Count())];
        Assert.Equal(10, tenths.Length);
        Assert.All(tenths, count => Assert.InRange(count / factors.Length, 0.085, 0.115));
    }

    [Fact]
    public void Colours_change_in_each_of_the_24_orders_equally_often()
    {
        int[] counts = [.. All.Select(draw => Jitters(draw, Augmentation.SimClrCifar)).Where(steps => steps[0].Change != ColorChange.None)
            .GroupBy(steps => string.Join(" ", steps.Select(step => step.Change))).Select(group => group.Count())];
        Assert.Equal(24, counts.Length);
        double expected = counts.Sum() / 24.0, chi = counts.Sum(count => (count - expected) * (count - expected) / expected);
        Assert.InRange(chi, 5, 57);                                                     // 23 degrees of freedom: 10⁻⁴ on either side
    }

    [Fact]
    public void What_happens_now_and_then_happens_as_often_as_it_should_and_independently()
    {
        Augmentation how = Augmentation.Byol[1] with { Blur = new(0.4f) };
        bool[][] happened = [.. All.Select(draw => (bool[])[draw.Box(how, 32, 32).Flip, Jitters(draw, how)[0].Change != ColorChange.None,
            Colors(draw, how)[5] == new ColorStep(ColorChange.Saturation, 0f), draw.Sigma(how) > 0f,
            draw.Solarization(how).Change == ColorChange.Solarize])];
        double[] wanted = [0.5, 0.8, 0.2, 0.4, 0.2];
        for (int i = 0; i < wanted.Length; i++)
        {
            Assert.Equal(wanted[i], happened.Average(h => h[i] ? 1.0 : 0.0), 0.025);
            for (int j = 0; j < i; j++) Assert.Equal(wanted[i] * wanted[j], happened.Average(h => h[i] && h[j] ? 1.0 : 0.0), 0.025);
        }
    }

    [Fact]
    public void Blur_s_sigma_fills_its_range_evenly()
    {
        Augmentation how = Augmentation.SimClrImageNet with { Blur = new(1f) };
        float[] sigmas = [.. All.Select(draw => draw.Sigma(how))];
        Assert.InRange(sigmas.Min(), 0.1f, 0.12f);
        Assert.InRange(sigmas.Max(), 1.98f, 2f);
        Assert.Equal(1.05, sigmas.Average(s => (double)s), 0.03);
    }

    [Fact]
    public void Crops_lie_within_the_image_and_have_the_area_and_aspect_of_their_range()
    {
        CropBox[] boxes = [.. All.Select(draw => draw.Box(Augmentation.SimClrImageNet, 500, 400))];
        foreach (CropBox box in boxes)
        {
            Assert.True(box.Top >= 0 && box.Left >= 0 && box.Top + box.Height <= 500 && box.Left + box.Width <= 400, $"{box}");
            Assert.InRange(box.Height * box.Width / 200_000, 0.079f, 1f);
            Assert.InRange(box.Width / box.Height, 0.74f, 1.34f);
        }
        // Where no attempt is refused, areas and logarithms of aspects are uniform, and boxes lie in the middle on average.
        CropBox[] small = [.. All.Select(draw => draw.Box(new Augmentation { Crop = new(0.1f, 0.3f) }, 500, 500))];
        Assert.Equal(0.2, small.Average(box => box.Height * box.Width / 250_000.0), 0.003);
        Assert.Equal(0, small.Average(box => Math.Log(box.Width / box.Height)), 0.01);
        Assert.Equal(250, small.Average(box => box.Top + box.Height / 2.0), 5.0);
        Assert.Equal(250, small.Average(box => box.Left + box.Width / 2.0), 5.0);
        Assert.Contains(small, box => box.Top == 0);
        Assert.Contains(small, box => box.Top + box.Height == 500);
    }

    [Fact]
    public void An_image_that_no_crop_fits_is_cut_from_its_middle()
    {
        Augmentation whole = new() { Crop = new(1f) };
        CropBox wide = new ViewDraw(1, 2, 3).Box(whole, 30, 300), tall = new ViewDraw(1, 2, 3).Box(whole, 300, 30);
        Assert.Equal((0f, 130f, 30f, 40f), (wide.Top, wide.Left, wide.Height, wide.Width));
        Assert.Equal((130f, 0f, 40f, 30f), (tall.Top, tall.Left, tall.Height, tall.Width));
    }
}
