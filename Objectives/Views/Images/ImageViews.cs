namespace NativeSsl;

/// <summary>
/// Views of images: each image of a batch seen in several ways. Every epoch goes through the set once, in a new order; images that do not
/// fill a batch at its end wait for another epoch. Order, crops and colours are pure functions of the seed and the number of the draw.
/// </summary>
public sealed class ImageViews : IViewSource
{
    // A stream for each view, so that the views of an image differ.
    const ulong FirstStream = 0xFFFF_FC00_0000_0000;

    readonly IBackend _backend;
    readonly IImageSource _images;
    readonly Augmentation[] _views;
    readonly int _batch;
    readonly ulong _seed;
    readonly EpochOrder _order;

    /// <param name="backend">The device.</param>
    /// <param name="images">The set.</param>
    /// <param name="views">How each view is made.</param>
    /// <param name="batch">Images in a draw.</param>
    /// <param name="seed">Decides the order of images and what happens to them.</param>
    /// <param name="normalization">What is done to each channel at last; measured on the set if null.</param>
    /// <exception cref="NativeSslException">There is no view, or a number of one is out of its range.</exception>
    /// <exception cref="ShapeException">The set does not fill a batch, images have neither one nor three channels, or the
    /// normalisation is for another number of them.</exception>
    public ImageViews(IBackend backend, IImageSource images, IReadOnlyList<Augmentation> views, int batch, ulong seed,
        Normalization? normalization = null)
    {
        if (views.Count == 0) throw new NativeSslException("ImageViews: no view asked for; one augmentation is needed at least.");
        foreach (Augmentation view in views) view.Check();
        if (batch < 1 || batch > images.Count)
            throw new ShapeException($"ImageViews: batches of {batch} from {images.Name}, which has {images.Count} images; " +
                "a batch has at least one image and at most the whole set.");
        if (images.Size.Channels is not (1 or 3))
            throw new ShapeException($"ImageViews: images of {images.Name} have {images.Size.Channels} channels; " +
                "one (grey) or three (red, green, blue) are needed.");
        Normalization = normalization ?? Normalization.Of(images);
        ImageTensors.CheckChannels(images, Normalization);
        (_backend, _images, _views, _batch, _seed, _order) = (backend, images, [.. views], batch, seed, new EpochOrder(images.Count, seed));
    }

    /// <summary>What is done to each channel of every view: evaluation has to do the same.</summary>
    public Normalization Normalization { get; }

    /// <summary>Full batches in the set.</summary>
    public long? DrawsPerEpoch => _images.Count / _batch;

    /// <summary>A tensor <c>[batch, height, width, channels]</c> for each augmentation, and the places of the images in the set,
    /// <c>[batch]</c>.</summary>
    /// <exception cref="NativeSslException">The number is negative.</exception>
    public Views Draw(long draw)
    {
        if (draw < 0) throw new NativeSslException($"ImageViews: draw {draw}; draws are counted from zero.");
        long epoch = Math.DivRem(draw, _images.Count / _batch, out long within);
        ReadOnlySpan<int> places = _order.Of(epoch).Slice((int)within * _batch, _batch);
        Tensor x = ImageTensors.Brightnesses(_backend, _images, places);
        return new Views
        {
            Tensors = [.. Enumerable.Range(0, _views.Length).Select(view => View(x, draw, view))],
            Indices = [Indices.From(_backend, [_batch], places)],
            Terms = _batch,
        };
    }

    Tensor View(Tensor x, long draw, int view)
    {
        Augmentation how = _views[view];
        (int height, int width) = how.Size ?? (_images.Size.Height, _images.Size.Width);
        bool blurs = how.Blur is { Probability: > 0f };
        var boxes = new CropBox[_batch];
        float[] sigmas = new float[_batch];
        // What comes after the blur shares a pass with what comes before it, where there is none.
        int before = blurs ? ViewDraw.Steps : ViewDraw.Steps + 1;
        ColorStep[] steps = new ColorStep[_batch * before], last = blurs ? new ColorStep[_batch] : steps;
        for (int i = 0; i < _batch; i++)
        {
            var choices = new ViewDraw(_seed, FirstStream | (uint)view, (ulong)draw * (ulong)_batch + (ulong)i);
            boxes[i] = choices.Box(how, _images.Size.Height, _images.Size.Width);
            choices.Colors(how, steps.AsSpan(i * before, ViewDraw.Steps));
            sigmas[i] = choices.Sigma(how);
            last[blurs ? i : i * before + ViewDraw.Steps] = choices.Solarization(how);
        }
        Tensor y = x.CropResize(boxes, height, width, how.Interpolation);
        if (blurs) y = y.AdjustColors(steps).GaussianBlur(sigmas, Math.Min(height, width) / 10 / 2);
        return ImageTensors.Normalized(y, last, Normalization);
    }

    /// <summary>Every image once, in order, unaltered and normalised: <c>[images, height, width, channels]</c>, and their places.</summary>
    public IEnumerable<Views> Everything()
    {
        for (int first = 0; first < _images.Count; first += _batch)
        {
            int[] places = [.. Enumerable.Range(first, Math.Min(_batch, _images.Count - first))];
            yield return new Views
            {
                Tensors = [ImageTensors.Of(_backend, _images, places, Normalization)],
                Indices = [Indices.From(_backend, [places.Length], places)],
                Terms = places.Length,
            };
        }
    }
}
