namespace NativeSsl;

public static partial class TensorOps
{
    extension(Tensor x)
    {
        /// <summary>
        /// A box of every image, brought to one size, mirrored where its box says so. Shrinking mixes all pixels of the box (antialiased),
        /// as PIL and, with <c>antialias</c>, torchvision do; only pixels that the box touches take part.
        /// </summary>
        /// <param name="boxes">One for each image.</param>
        /// <param name="height">Rows of the output.</param>
        /// <param name="width">Columns of the output.</param>
        /// <param name="interpolation">The filter.</param>
        /// <returns><c>[batch, height, width, channels]</c> from x <c>[batch, height, width, channels]</c>.</returns>
        /// <exception cref="ShapeException">x is no batch of images, there is not one box for each, a box is empty or not within
        /// the image, or the output is empty.</exception>
        public Tensor CropResize(ReadOnlySpan<CropBox> boxes, int height, int width, Interpolation interpolation = Interpolation.Bilinear)
        {
            Check.Rank("CropResize", "x", x.Shape, atLeast: 4, atMost: 4);
            if (boxes.Length != x.Shape[0])
                throw new ShapeException($"CropResize: {boxes.Length} boxes for {x.Shape[0]} images (x has shape {x.Shape}).");
            if (height < 1 || width < 1)
                throw new ShapeException($"CropResize: {height} × {width} pixels asked for; an image needs one at least.");
            float[] numbers = new float[5 * boxes.Length];
            for (int i = 0; i < boxes.Length; i++)
            {
                CropBox box = boxes[i];
                if (!(box.Height > 0f && box.Width > 0f && box.Top >= 0f && box.Left >= 0f
                    && box.Top + box.Height <= x.Shape[1] && box.Left + box.Width <= x.Shape[2]))
                    throw new ShapeException($"CropResize: box {i} is {box.Height} × {box.Width} pixels, {box.Top} from above and " +
                        $"{box.Left} from the left; it must lie within the image of {x.Shape[1]} × {x.Shape[2]} and not be empty.");
                (numbers[5 * i], numbers[5 * i + 1], numbers[5 * i + 2], numbers[5 * i + 3], numbers[5 * i + 4]) =
                    (box.Top, box.Left, box.Height, box.Width, box.Flip ? 1f : 0f);
            }
            Tensor y = Tensor.Empty(x.Backend, [x.Shape[0], height, width, x.Shape[3]]);
            Tensor places = Tensor.From(x.Backend, [boxes.Length, 5], numbers);
            x.Backend.CropResize(x, places, y, interpolation);
            return y.Record("crop", [x], dy =>
            {
                Tensor dx = x.NewGradient();
                x.Backend.CropResizeGrad(dy, places, dx, interpolation);
                return [dx];
            }, saved: [places]);
        }
    }
}
