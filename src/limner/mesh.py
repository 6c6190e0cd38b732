"""Which points of mediapipe's face mesh make up which part of a face.

The numbers are those of mediapipe's published contours (FaceLandmarksConnections); left and right are the person's
own. The tests hold them to mediapipe.
"""

IRISES = [468, 473]
"""Centres of the right and of the left iris, which stands left and right in the picture."""
RIGHT_EYE = [33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246]
LEFT_EYE = [263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466]
NOSE = [168, 6, 197, 195, 5, 4, 1, 19, 94, 2, 97, 98, 64, 48, 115, 220, 45, 275, 440, 344, 278, 294, 327, 326]
OUTER_LIPS = [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185]
INNER_LIPS = [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191]
LIPS = [*OUTER_LIPS, *INNER_LIPS]
JAW = [361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132]
"""The lower part of the oval, from below the left ear over the chin to below the right one."""
OVAL = [
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323),
    *JAW,
    *(93, 234, 127, 162, 21, 54, 103, 67, 109),
]
"""Once round the face, from the middle of the forehead over its left side."""
RIGHT_CHEEK, LEFT_CHEEK = 50, 280
"""In the middle of each cheek, below the eye."""
